select *
from gold_analytics.long_runs
where
    gap_to_best_on_compound < 0
