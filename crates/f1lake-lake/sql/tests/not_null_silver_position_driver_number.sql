select driver_number
from silver_clean.silver_position
where driver_number is null
