select
    session_key, qualifying_phase,
    count(*) as rows_of_key
from gold_analytics.fact_qualifying_parts
group by session_key, qualifying_phase
having count(*) > 1
