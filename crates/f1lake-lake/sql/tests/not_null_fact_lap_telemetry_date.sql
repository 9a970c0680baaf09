select date
from gold_analytics.fact_lap_telemetry
where date is null
