select
    session_key, team_name, position_start,
    count(*) as rows_of_key
from silver_clean.silver_championship_teams
group by session_key, team_name, position_start
having count(*) > 1
