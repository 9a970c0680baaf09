select session_key
from gold_analytics.fact_points
where session_key is null
