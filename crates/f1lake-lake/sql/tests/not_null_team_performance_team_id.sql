select team_id
from gold_analytics.team_performance
where team_id is null
