select driver_number
from gold_analytics.qualifying_summary
where driver_number is null
