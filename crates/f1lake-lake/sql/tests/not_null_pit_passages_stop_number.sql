select stop_number
from gold_analytics.pit_passages
where stop_number is null
