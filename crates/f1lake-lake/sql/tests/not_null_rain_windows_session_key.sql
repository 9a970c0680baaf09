select session_key
from gold_analytics.rain_windows
where session_key is null
