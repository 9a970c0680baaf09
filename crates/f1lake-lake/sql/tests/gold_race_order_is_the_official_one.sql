-- Classified drivers of a race stand where the official result has them; not so where it shares or skips a position.
select session_key, driver_number, leaderboard_position, official_position
from gold_analytics.session_leaderboard
where
    order_source = 'official_result'
    and official_position is not null
    and leaderboard_position <> official_position
