with meetings as (
    select
        session_key,
        meeting_name,
        meeting_official_name,
        circuit_type,
        row_number() over (
            partition by session_key
            order by _ingestion_timestamp desc nulls last, _source_file desc nulls last, meeting_name desc nulls last
        ) as _rn
    from bronze_raw.bronze_meetings
)

select
    sessions.session_key,
    sessions.meeting_key,
    meetings.meeting_name,
    meetings.meeting_official_name,
    sessions.session_name,
    sessions.session_type,
    sessions.session_category,
    sessions.session_category = 'Practice' as is_practice,
    sessions.session_category in ('Qualifying', 'Sprint Qualifying') as is_qualifying,
    sessions.session_category = 'Sprint' as is_sprint,
    sessions.session_category = 'Race' as is_race,
    sessions.session_category = 'Testing' as is_testing,
    sessions.year as season,
    sessions.circuit_key,
    sessions.circuit_short_name,
    meetings.circuit_type,
    sessions.location,
    sessions.country_key,
    sessions.country_code,
    sessions.country_name,
    sessions.date_start,
    sessions.date_end,
    sessions.gmt_offset,
    cast(arrow_cast(cast(cast(arrow_cast(sessions.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) + (
            coalesce(cast(nullif((regexp_match(sessions.gmt_offset, '^[-+]?([0-9]+):'))[1], '') as bigint), 0) * 3600000000
            + coalesce(cast(nullif((regexp_match(sessions.gmt_offset, '^[-+]?[0-9]+:([0-9]+)'))[1], '') as bigint), 0) * 60000000
        ) * case when sessions.gmt_offset like '-%' then -1 else 1 end as bigint), 'Timestamp(Microsecond, Some("UTC"))') as date) as local_day,
    sessions.session_duration_minutes,
    sessions.is_cancelled,
    sessions.batch_day
from silver_clean.silver_sessions as sessions
left join meetings
    on sessions.session_key = meetings.session_key and meetings._rn = 1
