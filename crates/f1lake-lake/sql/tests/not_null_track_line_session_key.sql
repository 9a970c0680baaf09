select session_key
from gold_analytics.track_line
where session_key is null
