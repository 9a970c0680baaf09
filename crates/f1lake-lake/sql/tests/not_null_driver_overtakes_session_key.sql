select session_key
from gold_analytics.driver_overtakes
where session_key is null
