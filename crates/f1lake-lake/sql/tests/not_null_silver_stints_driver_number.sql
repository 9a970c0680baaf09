select driver_number
from silver_clean.silver_stints
where driver_number is null
