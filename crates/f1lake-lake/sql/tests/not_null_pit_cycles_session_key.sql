select session_key
from gold_analytics.pit_cycles
where session_key is null
