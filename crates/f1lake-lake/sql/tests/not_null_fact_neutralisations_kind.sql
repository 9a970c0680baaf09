select kind
from gold_analytics.fact_neutralisations
where kind is null
