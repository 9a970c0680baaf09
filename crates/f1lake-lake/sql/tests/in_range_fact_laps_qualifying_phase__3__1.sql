select *
from gold_analytics.fact_laps
where
    qualifying_phase < 1 or
    qualifying_phase > 3
