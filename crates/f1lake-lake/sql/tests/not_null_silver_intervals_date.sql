select date
from silver_clean.silver_intervals
where date is null
