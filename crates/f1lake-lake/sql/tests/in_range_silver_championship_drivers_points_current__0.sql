select *
from silver_clean.silver_championship_drivers
where
    points_current < 0
