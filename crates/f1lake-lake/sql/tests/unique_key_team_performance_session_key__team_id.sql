select
    session_key, team_id,
    count(*) as rows_of_key
from gold_analytics.team_performance
group by session_key, team_id
having count(*) > 1
