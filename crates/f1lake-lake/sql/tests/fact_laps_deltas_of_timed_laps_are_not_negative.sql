select *
from gold_analytics.fact_laps
where not (not is_timed_lap or (delta_to_session_best >= 0 and delta_to_personal_best >= 0))
