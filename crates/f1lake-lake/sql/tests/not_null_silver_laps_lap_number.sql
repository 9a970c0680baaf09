select lap_number
from silver_clean.silver_laps
where lap_number is null
