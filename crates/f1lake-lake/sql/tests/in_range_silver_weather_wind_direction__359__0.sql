select *
from silver_clean.silver_weather
where
    wind_direction < 0 or
    wind_direction > 359
