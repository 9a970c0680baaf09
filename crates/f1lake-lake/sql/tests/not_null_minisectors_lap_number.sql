select lap_number
from gold_analytics.minisectors
where lap_number is null
