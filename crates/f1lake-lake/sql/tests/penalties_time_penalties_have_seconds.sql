select *
from gold_analytics.penalties
where not (penalty_kind <> 'time' or penalty_seconds > 0)
