select circuit_key
from gold_analytics.tyre_degradation
where circuit_key is null
