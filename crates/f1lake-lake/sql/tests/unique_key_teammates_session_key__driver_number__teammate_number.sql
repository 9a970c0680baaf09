select
    session_key, driver_number, teammate_number,
    count(*) as rows_of_key
from gold_analytics.teammates
group by session_key, driver_number, teammate_number
having count(*) > 1
