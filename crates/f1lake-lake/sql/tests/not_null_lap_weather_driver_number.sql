select driver_number
from gold_analytics.lap_weather
where driver_number is null
