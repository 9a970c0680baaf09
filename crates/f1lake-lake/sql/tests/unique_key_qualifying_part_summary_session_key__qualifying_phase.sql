select
    session_key, qualifying_phase,
    count(*) as rows_of_key
from gold_analytics.qualifying_part_summary
group by session_key, qualifying_phase
having count(*) > 1
