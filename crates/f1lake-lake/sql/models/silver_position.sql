with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, position desc nulls last
        ) as _rn
    from bronze_raw.bronze_position
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    position,
    session_name,
    batch_day
from ranked
where _rn = 1
