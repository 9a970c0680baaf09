select stint_number
from gold_analytics.fact_stints
where stint_number is null
