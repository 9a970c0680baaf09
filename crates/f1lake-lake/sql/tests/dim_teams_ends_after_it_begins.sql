select *
from gold_analytics.dim_teams
where not (valid_to > valid_from)
