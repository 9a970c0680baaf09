select *
from silver_clean.silver_car_data
where not (is_reading or (throttle is null and brake is null))
