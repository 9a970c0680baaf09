select
    session_key, driver_number, date,
    count(*) as rows_of_key
from silver_clean.silver_car_data
group by session_key, driver_number, date
having count(*) > 1
