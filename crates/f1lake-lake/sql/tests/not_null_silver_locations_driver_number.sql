select driver_number
from silver_clean.silver_locations
where driver_number is null
