select *
from gold_analytics.lap_weather
where
    wind_direction < 0 or
    wind_direction > 359
