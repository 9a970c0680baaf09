select *
from gold_analytics.long_runs
where not (last_lap - first_lap + 1 = laps)
