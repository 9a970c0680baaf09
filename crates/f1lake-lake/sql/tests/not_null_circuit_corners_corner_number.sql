select corner_number
from gold_analytics.circuit_corners
where corner_number is null
