select
    session_key, driver_number, lap_number,
    count(*) as rows_of_key
from silver_clean.silver_laps
group by session_key, driver_number, lap_number
having count(*) > 1
