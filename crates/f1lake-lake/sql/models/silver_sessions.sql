with ranked as (
    select
        *,
        row_number() over (
            partition by session_key
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, session_type desc nulls last, date_start desc nulls last, date_end desc nulls last, location desc nulls last, country_key desc nulls last, country_code desc nulls last, country_name desc nulls last, circuit_key desc nulls last, circuit_short_name desc nulls last, gmt_offset desc nulls last, year desc nulls last, is_cancelled desc nulls last
        ) as _rn
    from bronze_raw.bronze_sessions
)

select
    meeting_key,
    session_key,
    session_type,
    session_name,
    date_start,
    date_end,
    location,
    country_key,
    country_code,
    country_name,
    circuit_key,
    circuit_short_name,
    gmt_offset,
    year,
    is_cancelled,
    batch_day,
    case
        when session_name = 'Sprint' then 'Sprint'
        -- In 2023 the sprint race itself was sent as `Sprint Qualifying`; its qualifying was the `Sprint Shootout`.
        when session_name = 'Sprint Qualifying' and session_type in ('Race', 'Sprint') then 'Sprint'
        when session_name = 'Sprint Qualifying' and session_type <> 'Qualifying' and year = 2023 then 'Sprint'
        when session_name in ('Sprint Qualifying', 'Sprint Shootout') then 'Sprint Qualifying'
        when session_name in ('Race', 'Qualifying') then session_name
        when session_name in ('Day 1', 'Day 2', 'Day 3', 'Day 4') then 'Testing'
        -- A day of testing is sent as a practice, but lasts all day.
        when session_type = 'Practice' and ((cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) / 1e6) > 3 * 3600 then 'Testing'
        when session_name in ('Practice 1', 'Practice 2', 'Practice 3') then 'Practice'
        when session_type in ('Practice', 'Qualifying', 'Race') then session_type
    end as session_category,
    ((cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) / 1e6) / 60 as session_duration_minutes
from ranked
where _rn = 1
