select driver_number
from gold_analytics.undercuts
where driver_number is null
