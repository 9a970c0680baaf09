select *
from gold_analytics.fact_results
where
    position < 1 or
    position > 40
