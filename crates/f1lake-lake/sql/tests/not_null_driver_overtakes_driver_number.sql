select driver_number
from gold_analytics.driver_overtakes
where driver_number is null
