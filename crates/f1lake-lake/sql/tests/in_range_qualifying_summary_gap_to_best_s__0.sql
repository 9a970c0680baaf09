select *
from gold_analytics.qualifying_summary
where
    gap_to_best_s < 0
