select session_key
from gold_analytics.driver_session_summary
where session_key is null
