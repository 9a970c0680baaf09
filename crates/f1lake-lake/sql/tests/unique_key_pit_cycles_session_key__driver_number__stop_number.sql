select
    session_key, driver_number, stop_number,
    count(*) as rows_of_key
from gold_analytics.pit_cycles
group by session_key, driver_number, stop_number
having count(*) > 1
