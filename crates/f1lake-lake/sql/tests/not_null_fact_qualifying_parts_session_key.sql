select session_key
from gold_analytics.fact_qualifying_parts
where session_key is null
