select session_key
from gold_analytics.penalties
where session_key is null
