select driver_number
from gold_analytics.teammates
where driver_number is null
