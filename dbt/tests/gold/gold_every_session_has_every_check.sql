-- Each session has a line for each check of data_quality, also for those that had no data to check.
with checks as (
    select count(distinct check_name) as checks
    from {{ ref('data_quality') }}
)

select sessions.session_key, count(quality.check_name) as lines
from {{ ref('dim_sessions') }} as sessions
left join {{ ref('data_quality') }} as quality
    on sessions.session_key = quality.session_key
group by sessions.session_key
having count(quality.check_name) <> (select max(checks.checks) from checks)
