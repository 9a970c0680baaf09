select driver_number
from silver_clean.silver_drivers
where driver_number is null
