select session_key
from silver_clean.silver_laps
where session_key is null
