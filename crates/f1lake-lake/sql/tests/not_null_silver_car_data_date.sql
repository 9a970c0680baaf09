select date
from silver_clean.silver_car_data
where date is null
