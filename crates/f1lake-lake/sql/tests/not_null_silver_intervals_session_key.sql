select session_key
from silver_clean.silver_intervals
where session_key is null
