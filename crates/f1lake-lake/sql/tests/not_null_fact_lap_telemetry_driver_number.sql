select driver_number
from gold_analytics.fact_lap_telemetry
where driver_number is null
