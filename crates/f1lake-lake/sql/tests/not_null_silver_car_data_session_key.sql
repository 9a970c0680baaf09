select session_key
from silver_clean.silver_car_data
where session_key is null
