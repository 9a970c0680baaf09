select team_id
from gold_analytics.session_entries
where team_id is null
