select *
from gold_analytics.long_runs
where
    laps < 5
