select driver_number
from gold_analytics.long_runs
where driver_number is null
