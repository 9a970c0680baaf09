select driver_number
from gold_analytics.fact_pit_stops
where driver_number is null
