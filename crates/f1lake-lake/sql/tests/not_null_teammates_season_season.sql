select season
from gold_analytics.teammates_season
where season is null
