select session_key
from gold_analytics.session_leaderboard
where session_key is null
