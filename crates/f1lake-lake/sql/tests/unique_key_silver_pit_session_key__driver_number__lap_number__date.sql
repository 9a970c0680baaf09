select
    session_key, driver_number, lap_number, date,
    count(*) as rows_of_key
from silver_clean.silver_pit
group by session_key, driver_number, lap_number, date
having count(*) > 1
