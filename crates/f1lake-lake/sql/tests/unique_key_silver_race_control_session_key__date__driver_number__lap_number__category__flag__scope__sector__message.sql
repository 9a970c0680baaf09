select
    session_key, date, driver_number, lap_number, category, flag, scope, sector, message,
    count(*) as rows_of_key
from silver_clean.silver_race_control
group by session_key, date, driver_number, lap_number, category, flag, scope, sector, message
having count(*) > 1
