select session_key
from gold_analytics.session_entries
where session_key is null
