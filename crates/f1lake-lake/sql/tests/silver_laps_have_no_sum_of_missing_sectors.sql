select *
from silver_clean.silver_laps
where not (sector_completeness = 3 or calculated_lap_duration is null)
