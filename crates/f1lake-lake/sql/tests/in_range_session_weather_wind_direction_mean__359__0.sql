select *
from gold_analytics.session_weather
where
    wind_direction_mean < 0 or
    wind_direction_mean > 359
