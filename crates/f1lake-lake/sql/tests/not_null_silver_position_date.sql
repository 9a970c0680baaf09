select date
from silver_clean.silver_position
where date is null
