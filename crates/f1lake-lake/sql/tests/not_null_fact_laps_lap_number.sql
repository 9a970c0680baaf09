select lap_number
from gold_analytics.fact_laps
where lap_number is null
