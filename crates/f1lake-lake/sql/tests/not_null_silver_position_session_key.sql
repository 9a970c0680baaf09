select session_key
from silver_clean.silver_position
where session_key is null
