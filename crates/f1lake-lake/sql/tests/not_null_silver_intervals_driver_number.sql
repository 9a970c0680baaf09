select driver_number
from silver_clean.silver_intervals
where driver_number is null
