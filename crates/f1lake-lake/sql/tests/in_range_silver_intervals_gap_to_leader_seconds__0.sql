select *
from silver_clean.silver_intervals
where
    gap_to_leader_seconds < 0
