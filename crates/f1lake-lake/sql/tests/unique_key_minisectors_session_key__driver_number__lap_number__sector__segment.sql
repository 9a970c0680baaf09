select
    session_key, driver_number, lap_number, sector, segment,
    count(*) as rows_of_key
from gold_analytics.minisectors
group by session_key, driver_number, lap_number, sector, segment
having count(*) > 1
