with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, date, overtaking_driver_number, overtaken_driver_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, position desc nulls last
        ) as _rn
    from bronze_raw.bronze_overtakes
)

select
    meeting_key,
    session_key,
    overtaking_driver_number,
    overtaken_driver_number,
    date,
    position,
    session_name,
    batch_day
from ranked
where _rn = 1
