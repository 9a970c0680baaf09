select *
from silver_clean.silver_car_data
where
    rpm < 0 or
    rpm > 20000
