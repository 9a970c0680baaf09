select *
from silver_clean.silver_weather
where
    air_temperature < -20 or
    air_temperature > 60
