select circuit_key
from gold_analytics.circuit_corners
where circuit_key is null
