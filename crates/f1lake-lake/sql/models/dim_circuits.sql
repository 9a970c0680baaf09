with newest_session as (
    select
        circuit_key,
        circuit_short_name,
        location,
        country_key,
        country_code,
        country_name,
        gmt_offset,
        min(date_start) over (partition by circuit_key) as first_session_at,
        max(date_start) over (partition by circuit_key) as last_session_at,
        count(*) over (partition by circuit_key) as sessions,
        row_number() over (
            partition by circuit_key order by date_start desc nulls last, session_key desc
        ) as _rn
    from silver_clean.silver_sessions
    where circuit_key is not null
),

newest_meeting as (
    select
        circuit_key,
        circuit_type,
        circuit_info_url,
        circuit_image,
        row_number() over (
            partition by circuit_key order by date_start desc nulls last, meeting_key desc
        ) as _rn
    from silver_clean.silver_meetings
    where circuit_key is not null
)

select
    sessions.circuit_key,
    sessions.circuit_short_name,
    meetings.circuit_type,
    sessions.location,
    sessions.country_key,
    sessions.country_code,
    sessions.country_name,
    sessions.gmt_offset as last_gmt_offset,
    meetings.circuit_info_url,
    meetings.circuit_image,
    sessions.first_session_at,
    sessions.last_session_at,
    cast(sessions.sessions as bigint) as sessions
from newest_session as sessions
left join newest_meeting as meetings
    on sessions.circuit_key = meetings.circuit_key and meetings._rn = 1
where sessions._rn = 1
