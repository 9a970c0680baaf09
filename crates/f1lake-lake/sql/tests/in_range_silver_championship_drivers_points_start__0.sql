select *
from silver_clean.silver_championship_drivers
where
    points_start < 0
