select session_key
from gold_analytics.steward_messages
where session_key is null
