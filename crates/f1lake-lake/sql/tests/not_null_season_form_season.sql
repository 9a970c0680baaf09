select season
from gold_analytics.season_form
where season is null
