select stint_number
from gold_analytics.race_pace
where stint_number is null
