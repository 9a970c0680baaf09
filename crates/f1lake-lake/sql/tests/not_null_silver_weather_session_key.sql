select session_key
from silver_clean.silver_weather
where session_key is null
