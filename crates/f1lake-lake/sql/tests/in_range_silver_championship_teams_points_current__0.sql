select *
from silver_clean.silver_championship_teams
where
    points_current < 0
