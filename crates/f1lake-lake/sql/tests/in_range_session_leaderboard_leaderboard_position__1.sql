select *
from gold_analytics.session_leaderboard
where
    leaderboard_position < 1
