select session_key
from gold_analytics.lap_positions
where session_key is null
