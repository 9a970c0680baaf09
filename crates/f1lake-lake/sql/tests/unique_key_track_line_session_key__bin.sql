select
    session_key, bin,
    count(*) as rows_of_key
from gold_analytics.track_line
group by session_key, bin
having count(*) > 1
