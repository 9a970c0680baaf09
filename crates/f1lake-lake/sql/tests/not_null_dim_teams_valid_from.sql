select valid_from
from gold_analytics.dim_teams
where valid_from is null
