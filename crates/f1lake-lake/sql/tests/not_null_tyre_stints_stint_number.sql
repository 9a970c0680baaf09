select stint_number
from gold_analytics.tyre_stints
where stint_number is null
