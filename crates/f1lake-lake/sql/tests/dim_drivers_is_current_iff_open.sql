select *
from gold_analytics.dim_drivers
where not (is_current = (valid_to is null))
