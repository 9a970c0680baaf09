select *
from gold_analytics.fact_lap_telemetry
where not ((x is null) = (y is null) and (x is null) = (z is null) and (x is null) = (location_age_s is null))
