select
    session_key, window_number,
    count(*) as rows_of_key
from gold_analytics.rain_windows
group by session_key, window_number
having count(*) > 1
