select *
from silver_clean.silver_drivers
where
    driver_number < 0 or
    driver_number > 99
