{{ config(meta={'grain': 'session', 'key': ['session_key'], 'partition_by': []}) }}

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
    from {{ session_rows(source('bronze_raw', 'bronze_meetings')) }}
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
    {{ day_of(instant_of(epoch_micros('sessions.date_start') ~ ' + ' ~ offset_micros('sessions.gmt_offset'))) }} as local_day,
    sessions.session_duration_minutes,
    sessions.is_cancelled,
    sessions.batch_day
from {{ session_rows(ref('silver_sessions')) }} as sessions
left join meetings
    on sessions.session_key = meetings.session_key and meetings._rn = 1
