select *
from gold_analytics.fact_laps
where not (not (is_timed_lap and is_deleted))
