select teammate_id
from gold_analytics.teammates_season
where teammate_id is null
