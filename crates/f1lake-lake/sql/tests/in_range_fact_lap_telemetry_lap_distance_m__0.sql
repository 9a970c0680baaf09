select *
from gold_analytics.fact_lap_telemetry
where
    lap_distance_m < 0
