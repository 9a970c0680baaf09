select driver_number
from gold_analytics.pit_cycles
where driver_number is null
