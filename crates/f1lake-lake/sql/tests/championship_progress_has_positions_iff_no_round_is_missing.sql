select *
from gold_analytics.championship_progress
where not ((position is null) = (rounds_missing is null or rounds_missing > 0))
