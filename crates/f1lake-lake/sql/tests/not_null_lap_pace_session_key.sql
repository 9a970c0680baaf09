select session_key
from gold_analytics.lap_pace
where session_key is null
