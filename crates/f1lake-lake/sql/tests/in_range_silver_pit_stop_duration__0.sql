select *
from silver_clean.silver_pit
where
    stop_duration < 0
