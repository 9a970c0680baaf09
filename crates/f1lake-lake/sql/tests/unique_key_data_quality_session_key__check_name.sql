select
    session_key, check_name,
    count(*) as rows_of_key
from gold_analytics.data_quality
group by session_key, check_name
having count(*) > 1
