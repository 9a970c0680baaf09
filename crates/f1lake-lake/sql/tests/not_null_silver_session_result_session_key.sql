select session_key
from silver_clean.silver_session_result
where session_key is null
