with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, gap_to_leader_seconds desc nulls last, gap_to_leader_laps desc nulls last, gap_to_leader_text desc nulls last, interval_seconds desc nulls last, interval_laps desc nulls last, interval_text desc nulls last
        ) as _rn
    from bronze_raw.bronze_intervals
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    gap_to_leader_seconds,
    gap_to_leader_laps,
    gap_to_leader_text,
    interval_seconds,
    interval_laps,
    interval_text,
    session_name,
    batch_day
from ranked
where _rn = 1
