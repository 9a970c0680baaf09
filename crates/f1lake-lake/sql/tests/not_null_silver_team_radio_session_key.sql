select session_key
from silver_clean.silver_team_radio
where session_key is null
