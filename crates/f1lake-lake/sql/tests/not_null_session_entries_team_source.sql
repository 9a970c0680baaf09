select team_source
from gold_analytics.session_entries
where team_source is null
