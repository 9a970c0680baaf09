select *
from silver_clean.silver_weather
where
    track_temperature < -20 or
    track_temperature > 90
