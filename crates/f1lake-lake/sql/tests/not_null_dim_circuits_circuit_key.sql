select circuit_key
from gold_analytics.dim_circuits
where circuit_key is null
