select *
from gold_analytics.fact_neutralisations
where not (date_end >= date_start)
