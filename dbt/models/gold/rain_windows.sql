{{ config(meta={'grain': 'session', 'key': ['session_key', 'window_number'], 'partition_by': []}) }}

with samples as (
    select
        session_key,
        date,
        is_raining,
        lag(is_raining) over (partition by session_key order by date) as was_raining,
        lead(date) over (partition by session_key order by date) as next_date
    from ({{ weather_of_sessions() }}) as weather
    where is_raining is not null
),

numbered as (
    select
        *,
        sum(case when is_raining and not coalesce(was_raining, false) then 1 else 0 end) over (
            partition by session_key order by date rows between unbounded preceding and current row
        ) as window_number
    from samples
),

windows as (
    select
        session_key,
        window_number,
        min(date) as date_start,
        max(date) as last_date,
        count(*) as samples,
        -- Without a dry sample after the last wet one, nobody knows when it stopped.
        max(case when next_date is null then 1 else 0 end) as lasts_to_end,
        max(next_date) as next_date
    from numbered
    where is_raining
    group by session_key, window_number
)

select
    windows.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cast(windows.window_number as bigint) as window_number,
    windows.date_start,
    case when windows.lasts_to_end = 0 then windows.next_date end as date_end,
    {{ seconds_between(
        'windows.date_start', 'case when windows.lasts_to_end = 0 then windows.next_date else windows.last_date end'
    ) }} / 60 as duration_minutes,
    cast(windows.samples as bigint) as samples,
    sessions.session_name
from windows
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on windows.session_key = sessions.session_key
