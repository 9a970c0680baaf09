select driver_number
from silver_clean.silver_pit
where driver_number is null
