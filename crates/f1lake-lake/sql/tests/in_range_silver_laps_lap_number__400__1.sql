select *
from silver_clean.silver_laps
where
    lap_number < 1 or
    lap_number > 400
