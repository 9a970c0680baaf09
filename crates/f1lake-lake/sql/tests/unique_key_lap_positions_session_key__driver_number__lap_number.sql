select
    session_key, driver_number, lap_number,
    count(*) as rows_of_key
from gold_analytics.lap_positions
group by session_key, driver_number, lap_number
having count(*) > 1
