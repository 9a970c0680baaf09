select *
from gold_analytics.session_weather
where not (track_temperature_mean >= track_temperature_min - 0.001 and track_temperature_mean <= track_temperature_max + 0.001)
