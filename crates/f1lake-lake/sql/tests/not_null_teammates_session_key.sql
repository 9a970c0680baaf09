select session_key
from gold_analytics.teammates
where session_key is null
