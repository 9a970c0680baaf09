select season
from gold_analytics.championship_progress
where season is null
