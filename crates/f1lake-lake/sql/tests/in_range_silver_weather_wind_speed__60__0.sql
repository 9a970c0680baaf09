select *
from silver_clean.silver_weather
where
    wind_speed < 0 or
    wind_speed > 60
