select lap_number
from gold_analytics.lap_positions
where lap_number is null
