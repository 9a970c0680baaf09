select *
from silver_clean.silver_stints
where
    stint_number < 1 or
    stint_number > 100
