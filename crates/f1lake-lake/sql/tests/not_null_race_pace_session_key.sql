select session_key
from gold_analytics.race_pace
where session_key is null
