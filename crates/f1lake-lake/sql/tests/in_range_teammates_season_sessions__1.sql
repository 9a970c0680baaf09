select *
from gold_analytics.teammates_season
where
    sessions < 1
