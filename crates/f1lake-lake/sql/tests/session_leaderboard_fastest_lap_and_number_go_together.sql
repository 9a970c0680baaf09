select *
from gold_analytics.session_leaderboard
where not ((best_lap_time is null) = (fastest_lap_number is null))
