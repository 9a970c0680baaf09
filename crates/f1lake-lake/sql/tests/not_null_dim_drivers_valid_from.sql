select valid_from
from gold_analytics.dim_drivers
where valid_from is null
