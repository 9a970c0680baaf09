select stop_number
from gold_analytics.pit_cycles
where stop_number is null
