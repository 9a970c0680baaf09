select *
from silver_clean.silver_weather
where
    humidity < 0 or
    humidity > 100
