select lap_number
from gold_analytics.lap_weather
where lap_number is null
