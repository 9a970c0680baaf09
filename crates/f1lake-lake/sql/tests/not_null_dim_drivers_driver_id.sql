select driver_id
from gold_analytics.dim_drivers
where driver_id is null
