select round
from gold_analytics.championship_progress
where round is null
