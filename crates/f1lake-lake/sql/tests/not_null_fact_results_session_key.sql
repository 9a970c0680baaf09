select session_key
from gold_analytics.fact_results
where session_key is null
