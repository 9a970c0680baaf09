select stop_number
from gold_analytics.fact_pit_stops
where stop_number is null
