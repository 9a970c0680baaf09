select driver_number
from gold_analytics.pit_passages
where driver_number is null
