select is_pit_in_lap
from silver_clean.silver_laps
where is_pit_in_lap is null
