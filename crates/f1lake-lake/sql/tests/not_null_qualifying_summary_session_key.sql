select session_key
from gold_analytics.qualifying_summary
where session_key is null
