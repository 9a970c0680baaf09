with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, position desc nulls last, number_of_laps desc nulls last, points desc nulls last, dnf desc nulls last, dns desc nulls last, dsq desc nulls last, duration_seconds desc nulls last, duration_laps desc nulls last, duration_q1 desc nulls last, duration_q2 desc nulls last, duration_q3 desc nulls last, duration_text desc nulls last, gap_to_leader_seconds desc nulls last, gap_to_leader_laps desc nulls last, gap_to_leader_q1 desc nulls last, gap_to_leader_q2 desc nulls last, gap_to_leader_q3 desc nulls last, gap_to_leader_text desc nulls last
        ) as _rn
    from bronze_raw.bronze_session_result
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
