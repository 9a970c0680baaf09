select
    session_key, driver_number, stop_number,
    count(*) as rows_of_key
from gold_analytics.fact_pit_stops
group by session_key, driver_number, stop_number
having count(*) > 1
