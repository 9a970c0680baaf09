select *
from gold_analytics.driver_session_summary
where not (best_lap_time <= mean_lap_time + 0.0000001)
