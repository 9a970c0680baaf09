select *
from silver_clean.silver_car_data
where
    speed < 0 or
    speed > 400
