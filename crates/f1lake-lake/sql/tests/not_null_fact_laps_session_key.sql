select session_key
from gold_analytics.fact_laps
where session_key is null
