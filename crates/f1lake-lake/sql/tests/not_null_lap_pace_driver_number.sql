select driver_number
from gold_analytics.lap_pace
where driver_number is null
