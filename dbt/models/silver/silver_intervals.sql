{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'date'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'date'],
            ties=['gap_to_leader_seconds', 'gap_to_leader_laps', 'gap_to_leader_text', 'interval_seconds',
                  'interval_laps', 'interval_text']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_intervals')) }}
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
