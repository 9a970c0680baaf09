select
    team_id, valid_from,
    count(*) as rows_of_key
from gold_analytics.dim_teams
group by team_id, valid_from
having count(*) > 1
