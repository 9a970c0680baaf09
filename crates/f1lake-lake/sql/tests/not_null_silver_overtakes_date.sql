select date
from silver_clean.silver_overtakes
where date is null
