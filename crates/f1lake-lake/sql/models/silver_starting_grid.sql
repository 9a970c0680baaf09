with ranked as (
    select
        *,
        row_number() over (
            partition by race_session_key, driver_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, position desc nulls last, lap_duration desc nulls last, session_key desc nulls last
        ) as _rn
    from bronze_raw.bronze_starting_grid
)

select
    meeting_key,
    race_session_key as session_key,
    driver_number,
    position,
    lap_duration,
    session_name,
    batch_day,
    session_key as qualifying_session_key
from ranked
where _rn = 1
