select *
from gold_analytics.fact_results
where
    points < 0 or
    points > 60
