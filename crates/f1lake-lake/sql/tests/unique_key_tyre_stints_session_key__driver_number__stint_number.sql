select
    session_key, driver_number, stint_number,
    count(*) as rows_of_key
from gold_analytics.tyre_stints
group by session_key, driver_number, stint_number
having count(*) > 1
