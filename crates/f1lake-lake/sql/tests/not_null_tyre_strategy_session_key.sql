select session_key
from gold_analytics.tyre_strategy
where session_key is null
