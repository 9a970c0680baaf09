select session_key
from gold_analytics.pit_passages
where session_key is null
