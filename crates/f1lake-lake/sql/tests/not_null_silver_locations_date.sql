select date
from silver_clean.silver_locations
where date is null
