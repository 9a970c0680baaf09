select *
from silver_clean.silver_car_data
where
    brake < 0 or
    brake > 100
