select
    session_key, driver_number,
    count(*) as rows_of_key
from gold_analytics.driver_overtakes
group by session_key, driver_number
having count(*) > 1
