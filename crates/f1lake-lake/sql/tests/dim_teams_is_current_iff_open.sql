select *
from gold_analytics.dim_teams
where not (is_current = (valid_to is null))
