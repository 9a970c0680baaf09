select *
from gold_analytics.fact_laps
where
    lap_duration < 0
