select
    session_key, driver_number, date, recording_url,
    count(*) as rows_of_key
from silver_clean.silver_team_radio
group by session_key, driver_number, date, recording_url
having count(*) > 1
