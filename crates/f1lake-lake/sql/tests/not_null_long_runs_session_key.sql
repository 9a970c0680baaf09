select session_key
from gold_analytics.long_runs
where session_key is null
