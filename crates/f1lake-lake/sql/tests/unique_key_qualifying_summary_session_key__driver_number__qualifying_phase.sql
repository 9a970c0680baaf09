select
    session_key, driver_number, qualifying_phase,
    count(*) as rows_of_key
from gold_analytics.qualifying_summary
group by session_key, driver_number, qualifying_phase
having count(*) > 1
