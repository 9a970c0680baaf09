select session_key
from silver_clean.silver_pit
where session_key is null
