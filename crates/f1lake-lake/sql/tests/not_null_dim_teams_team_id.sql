select team_id
from gold_analytics.dim_teams
where team_id is null
