select *
from gold_analytics.lap_weather
where
    weather_age_s < 0
