select session_key
from gold_analytics.fact_stints
where session_key is null
