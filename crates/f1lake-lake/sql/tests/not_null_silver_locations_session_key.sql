select session_key
from silver_clean.silver_locations
where session_key is null
