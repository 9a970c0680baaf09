select *
from gold_analytics.fact_laps
where
    position < 1 or
    position > 40
