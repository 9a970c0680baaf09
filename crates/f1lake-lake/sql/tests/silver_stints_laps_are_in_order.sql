select *
from silver_clean.silver_stints
where not (lap_end >= lap_start)
