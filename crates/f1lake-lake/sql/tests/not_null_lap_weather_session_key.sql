select session_key
from gold_analytics.lap_weather
where session_key is null
