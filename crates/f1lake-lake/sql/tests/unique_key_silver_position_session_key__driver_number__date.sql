select
    session_key, driver_number, date,
    count(*) as rows_of_key
from silver_clean.silver_position
group by session_key, driver_number, date
having count(*) > 1
