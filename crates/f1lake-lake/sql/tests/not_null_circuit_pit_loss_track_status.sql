select track_status
from gold_analytics.circuit_pit_loss
where track_status is null
