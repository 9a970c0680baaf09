select
    session_key, date, overtaking_driver_number, overtaken_driver_number,
    count(*) as rows_of_key
from silver_clean.silver_overtakes
group by session_key, date, overtaking_driver_number, overtaken_driver_number
having count(*) > 1
