select *
from silver_clean.silver_stints
where
    tyre_age_at_start < 0 or
    tyre_age_at_start > 100
