select
    session_key, driver_number, run_number,
    count(*) as rows_of_key
from gold_analytics.long_runs
group by session_key, driver_number, run_number
having count(*) > 1
