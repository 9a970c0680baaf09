select driver_number
from gold_analytics.fact_points
where driver_number is null
