select *
from gold_analytics.long_runs
where not (best_lap_time <= median_lap_time)
