select check_name
from gold_analytics.data_quality
where check_name is null
