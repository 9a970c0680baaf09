with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, date, driver_number, lap_number, category, flag, scope, sector, message
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, qualifying_phase desc nulls last
        ) as _rn
    from bronze_raw.bronze_race_control
)

select
    meeting_key,
    session_key,
    date,
    driver_number,
    lap_number,
    category,
    flag,
    scope,
    sector,
    qualifying_phase,
    message,
    session_name,
    batch_day
from ranked
where _rn = 1
