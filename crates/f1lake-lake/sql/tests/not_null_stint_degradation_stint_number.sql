select stint_number
from gold_analytics.stint_degradation
where stint_number is null
