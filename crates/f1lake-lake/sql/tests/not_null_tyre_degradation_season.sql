select season
from gold_analytics.tyre_degradation
where season is null
