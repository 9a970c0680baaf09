select session_key
from gold_analytics.data_quality
where session_key is null
