select driver_number
from gold_analytics.penalties
where driver_number is null
