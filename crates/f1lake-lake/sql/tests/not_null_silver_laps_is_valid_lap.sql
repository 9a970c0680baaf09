select is_valid_lap
from silver_clean.silver_laps
where is_valid_lap is null
