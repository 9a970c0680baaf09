select team_id
from gold_analytics.teammates_season
where team_id is null
