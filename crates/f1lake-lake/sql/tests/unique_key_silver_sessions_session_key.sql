select
    session_key,
    count(*) as rows_of_key
from silver_clean.silver_sessions
group by session_key
having count(*) > 1
