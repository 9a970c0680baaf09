select season
from gold_analytics.circuit_corners
where season is null
