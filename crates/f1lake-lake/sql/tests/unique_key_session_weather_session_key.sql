select
    session_key,
    count(*) as rows_of_key
from gold_analytics.session_weather
group by session_key
having count(*) > 1
