select is_reading
from silver_clean.silver_car_data
where is_reading is null
