select session_key
from gold_analytics.fact_lap_telemetry
where session_key is null
