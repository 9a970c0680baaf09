{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number'],
            ties=['position', 'number_of_laps', 'points', 'dnf', 'dns', 'dsq', 'duration_seconds',
                  'duration_laps', 'duration_q1', 'duration_q2', 'duration_q3', 'duration_text',
                  'gap_to_leader_seconds', 'gap_to_leader_laps', 'gap_to_leader_q1', 'gap_to_leader_q2',
                  'gap_to_leader_q3', 'gap_to_leader_text']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_session_result')) }}
)

select
    meeting_key,
    session_key,
    driver_number,
    position,
    number_of_laps,
    points,
    dnf,
    dns,
    dsq,
    duration_seconds,
    duration_laps,
    duration_q1,
    duration_q2,
    duration_q3,
    duration_text,
    gap_to_leader_seconds,
    gap_to_leader_laps,
    gap_to_leader_q1,
    gap_to_leader_q2,
    gap_to_leader_q3,
    gap_to_leader_text,
    session_name,
    batch_day,
    position is not null as is_classified
from ranked
where _rn = 1
