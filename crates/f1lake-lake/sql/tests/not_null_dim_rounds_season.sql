select season
from gold_analytics.dim_rounds
where season is null
