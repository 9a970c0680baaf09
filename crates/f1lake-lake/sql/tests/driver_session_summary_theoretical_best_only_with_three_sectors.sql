select *
from gold_analytics.driver_session_summary
where not ((theoretical_best_lap_time is null) = (best_sector_1 is null or best_sector_2 is null or best_sector_3 is null))
