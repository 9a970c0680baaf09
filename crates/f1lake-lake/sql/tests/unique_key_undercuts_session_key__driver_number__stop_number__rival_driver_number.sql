select
    session_key, driver_number, stop_number, rival_driver_number,
    count(*) as rows_of_key
from gold_analytics.undercuts
group by session_key, driver_number, stop_number, rival_driver_number
having count(*) > 1
