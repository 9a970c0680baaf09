select driver_number
from gold_analytics.tyre_strategy
where driver_number is null
