select stint_number
from silver_clean.silver_stints
where stint_number is null
