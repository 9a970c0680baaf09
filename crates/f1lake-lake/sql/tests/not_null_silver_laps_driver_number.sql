select driver_number
from silver_clean.silver_laps
where driver_number is null
