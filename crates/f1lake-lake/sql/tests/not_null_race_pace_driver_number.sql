select driver_number
from gold_analytics.race_pace
where driver_number is null
