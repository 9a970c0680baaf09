select *
from silver_clean.silver_laps
where not (date_end >= date_start)
