select driver_number
from silver_clean.silver_starting_grid
where driver_number is null
