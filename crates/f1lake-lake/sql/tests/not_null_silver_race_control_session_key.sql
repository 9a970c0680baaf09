select session_key
from silver_clean.silver_race_control
where session_key is null
