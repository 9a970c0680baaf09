select session_key
from gold_analytics.undercuts
where session_key is null
