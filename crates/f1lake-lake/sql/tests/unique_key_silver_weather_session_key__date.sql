select
    session_key, date,
    count(*) as rows_of_key
from silver_clean.silver_weather
group by session_key, date
having count(*) > 1
