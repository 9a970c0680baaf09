select *
from silver_clean.silver_laps
where
    max_speed < 0 or
    max_speed > 400
