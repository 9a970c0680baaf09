select circuit_key
from gold_analytics.circuit_pit_loss
where circuit_key is null
