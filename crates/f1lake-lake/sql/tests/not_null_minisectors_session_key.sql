select session_key
from gold_analytics.minisectors
where session_key is null
