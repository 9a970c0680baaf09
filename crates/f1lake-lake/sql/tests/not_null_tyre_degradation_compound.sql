select compound
from gold_analytics.tyre_degradation
where compound is null
