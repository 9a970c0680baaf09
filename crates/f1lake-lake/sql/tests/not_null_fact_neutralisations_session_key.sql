select session_key
from gold_analytics.fact_neutralisations
where session_key is null
