select *
from gold_analytics.session_weather
where not (has_rain = (rain_windows > 0))
