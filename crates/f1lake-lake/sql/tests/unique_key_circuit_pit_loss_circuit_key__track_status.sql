select
    circuit_key, track_status,
    count(*) as rows_of_key
from gold_analytics.circuit_pit_loss
group by circuit_key, track_status
having count(*) > 1
