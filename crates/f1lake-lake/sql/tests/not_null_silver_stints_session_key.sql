select session_key
from silver_clean.silver_stints
where session_key is null
