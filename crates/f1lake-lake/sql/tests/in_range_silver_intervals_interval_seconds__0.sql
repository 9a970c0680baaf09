select *
from silver_clean.silver_intervals
where
    interval_seconds < 0
