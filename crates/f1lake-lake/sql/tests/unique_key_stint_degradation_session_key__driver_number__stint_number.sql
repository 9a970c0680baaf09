select
    session_key, driver_number, stint_number,
    count(*) as rows_of_key
from gold_analytics.stint_degradation
group by session_key, driver_number, stint_number
having count(*) > 1
