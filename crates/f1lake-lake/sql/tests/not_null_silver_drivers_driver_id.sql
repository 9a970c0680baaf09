select driver_id
from silver_clean.silver_drivers
where driver_id is null
