select session_key
from silver_clean.silver_sessions
where session_key is null
