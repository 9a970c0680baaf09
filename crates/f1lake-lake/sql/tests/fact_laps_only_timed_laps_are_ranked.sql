select *
from gold_analytics.fact_laps
where not (is_timed_lap = (lap_rank_in_session is not null))
