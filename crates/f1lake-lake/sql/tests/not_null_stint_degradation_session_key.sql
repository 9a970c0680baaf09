select session_key
from gold_analytics.stint_degradation
where session_key is null
