select *
from gold_analytics.fact_laps
where not (is_session_best = coalesce(lap_rank_in_session = 1, false))
