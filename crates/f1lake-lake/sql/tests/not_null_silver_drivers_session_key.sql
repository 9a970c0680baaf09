select session_key
from silver_clean.silver_drivers
where session_key is null
