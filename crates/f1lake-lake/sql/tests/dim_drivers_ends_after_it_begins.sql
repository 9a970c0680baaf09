select *
from gold_analytics.dim_drivers
where not (valid_to > valid_from)
