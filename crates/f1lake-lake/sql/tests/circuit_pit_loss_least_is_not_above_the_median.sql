select *
from gold_analytics.circuit_pit_loss
where not (least_time_lost <= median_time_lost)
