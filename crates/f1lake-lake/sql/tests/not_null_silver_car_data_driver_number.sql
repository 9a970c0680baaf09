select driver_number
from silver_clean.silver_car_data
where driver_number is null
