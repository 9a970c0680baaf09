select
    season, round, team_id, driver_id,
    count(*) as rows_of_key
from gold_analytics.constructor_shares
group by season, round, team_id, driver_id
having count(*) > 1
