select *
from gold_analytics.fact_lap_telemetry
where
    speed < 0 or
    speed > 400
