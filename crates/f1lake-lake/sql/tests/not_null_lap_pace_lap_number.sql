select lap_number
from gold_analytics.lap_pace
where lap_number is null
