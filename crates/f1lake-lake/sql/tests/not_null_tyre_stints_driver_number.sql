select driver_number
from gold_analytics.tyre_stints
where driver_number is null
