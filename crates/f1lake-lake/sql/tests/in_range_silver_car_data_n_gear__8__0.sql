select *
from silver_clean.silver_car_data
where
    n_gear < 0 or
    n_gear > 8
