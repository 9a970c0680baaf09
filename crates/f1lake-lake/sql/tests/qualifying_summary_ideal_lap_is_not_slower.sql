select *
from gold_analytics.qualifying_summary
where not (ideal_lap_time <= best_lap_time + 0.0005)
