select driver_number
from gold_analytics.fact_results
where driver_number is null
