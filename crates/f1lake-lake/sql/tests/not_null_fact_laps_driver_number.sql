select driver_number
from gold_analytics.fact_laps
where driver_number is null
