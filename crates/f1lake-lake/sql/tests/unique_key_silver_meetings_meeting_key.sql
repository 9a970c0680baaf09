select
    meeting_key,
    count(*) as rows_of_key
from silver_clean.silver_meetings
group by meeting_key
having count(*) > 1
