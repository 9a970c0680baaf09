select *
from silver_clean.silver_weather
where
    pressure < 600 or
    pressure > 1100
