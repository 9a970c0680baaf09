-- The order by timing alone is the official one; not so after penalties and disqualifications.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, timing_position, official_position
from {{ ref('session_leaderboard') }}
where timing_position <> official_position
