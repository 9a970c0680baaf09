select
    session_key, driver_number, stint_number,
    count(*) as rows_of_key
from gold_analytics.race_pace
group by session_key, driver_number, stint_number
having count(*) > 1
