select *
from silver_clean.silver_pit
where
    pit_lane_duration < 0
