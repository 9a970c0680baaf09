select driver_number
from gold_analytics.minisectors
where driver_number is null
