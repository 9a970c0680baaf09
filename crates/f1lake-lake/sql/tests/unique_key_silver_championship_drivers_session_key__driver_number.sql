select
    session_key, driver_number,
    count(*) as rows_of_key
from silver_clean.silver_championship_drivers
group by session_key, driver_number
having count(*) > 1
