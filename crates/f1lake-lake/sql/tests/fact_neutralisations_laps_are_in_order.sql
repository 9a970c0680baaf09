select *
from gold_analytics.fact_neutralisations
where not (last_lap >= first_lap)
