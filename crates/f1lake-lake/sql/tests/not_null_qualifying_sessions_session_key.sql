select session_key
from gold_analytics.qualifying_sessions
where session_key is null
