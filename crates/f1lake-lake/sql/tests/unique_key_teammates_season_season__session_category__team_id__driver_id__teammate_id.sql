select
    season, session_category, team_id, driver_id, teammate_id,
    count(*) as rows_of_key
from gold_analytics.teammates_season
group by season, session_category, team_id, driver_id, teammate_id
having count(*) > 1
