select session_key
from gold_analytics.tyre_stints
where session_key is null
