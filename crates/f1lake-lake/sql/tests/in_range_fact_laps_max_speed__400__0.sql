select *
from gold_analytics.fact_laps
where
    max_speed < 0 or
    max_speed > 400
