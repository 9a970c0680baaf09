select *
from gold_analytics.fact_qualifying_parts
where not (date_end >= date_start)
