-- The order by timing alone is the official one; not so after penalties and disqualifications. Who has no time outside races
-- has no place by timing.

select session_key, driver_number, timing_position, official_position
from gold_analytics.session_leaderboard
where
    timing_position <> official_position
    and (session_category in ('Race', 'Sprint') or best_lap_time is not null)
