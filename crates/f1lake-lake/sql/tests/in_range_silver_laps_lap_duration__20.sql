select *
from silver_clean.silver_laps
where
    lap_duration < 20
