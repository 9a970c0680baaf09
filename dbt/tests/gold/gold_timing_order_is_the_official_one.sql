-- The order by timing alone is the official one among those classified; not so after penalties. Who has no time outside races
-- has no place by timing.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, timing_position, official_position
from (
    select
        session_key,
        driver_number,
        timing_position,
        official_position,
        rank() over (partition by session_key order by timing_position) as timing_rank,
        rank() over (partition by session_key order by official_position) as official_rank
    from {{ ref('session_leaderboard') }}
    where
        official_position is not null
        and (session_category in ('Race', 'Sprint') or best_lap_time is not null)
) as classified
where timing_rank <> official_rank
