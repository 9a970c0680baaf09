select *
from gold_analytics.session_leaderboard
where not (order_source <> 'best_lap' or best_lap_rank is null or leaderboard_position >= best_lap_rank)
