select session_key
from silver_clean.silver_overtakes
where session_key is null
