select session_key
from gold_analytics.session_weather
where session_key is null
