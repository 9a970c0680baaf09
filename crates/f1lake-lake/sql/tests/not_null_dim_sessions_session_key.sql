select session_key
from gold_analytics.dim_sessions
where session_key is null
