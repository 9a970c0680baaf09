select round
from gold_analytics.season_form
where round is null
