select *
from gold_analytics.fact_lap_telemetry
where not (location_age_s between 0 and 0.5)
