select penalty_number
from gold_analytics.penalties
where penalty_number is null
