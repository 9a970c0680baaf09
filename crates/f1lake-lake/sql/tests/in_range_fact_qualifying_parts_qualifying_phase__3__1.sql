select *
from gold_analytics.fact_qualifying_parts
where
    qualifying_phase < 1 or
    qualifying_phase > 3
