select *
from gold_analytics.fact_lap_telemetry
where
    lap_time_s < 0
