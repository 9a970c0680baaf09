select *
from silver_clean.silver_laps
where
    sector_completeness < 0 or
    sector_completeness > 3
