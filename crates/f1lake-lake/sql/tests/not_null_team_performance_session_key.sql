select session_key
from gold_analytics.team_performance
where session_key is null
