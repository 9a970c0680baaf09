select driver_number
from gold_analytics.stint_degradation
where driver_number is null
