select driver_number
from gold_analytics.fact_stints
where driver_number is null
