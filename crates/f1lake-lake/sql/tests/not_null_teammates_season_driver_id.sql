select driver_id
from gold_analytics.teammates_season
where driver_id is null
