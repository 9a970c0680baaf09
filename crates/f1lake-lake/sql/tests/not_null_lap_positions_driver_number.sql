select driver_number
from gold_analytics.lap_positions
where driver_number is null
