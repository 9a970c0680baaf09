select round
from gold_analytics.dim_rounds
where round is null
