-- The order by timing alone is the official one; not so after penalties and disqualifications.

select session_key, driver_number, timing_position, official_position
from gold_analytics.session_leaderboard
where timing_position <> official_position
