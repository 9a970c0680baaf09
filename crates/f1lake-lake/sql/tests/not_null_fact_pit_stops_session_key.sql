select session_key
from gold_analytics.fact_pit_stops
where session_key is null
