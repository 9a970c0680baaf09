select
    session_key, driver_number, penalty_number,
    count(*) as rows_of_key
from gold_analytics.penalties
group by session_key, driver_number, penalty_number
having count(*) > 1
