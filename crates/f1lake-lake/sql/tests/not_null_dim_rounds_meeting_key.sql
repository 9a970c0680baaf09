select meeting_key
from gold_analytics.dim_rounds
where meeting_key is null
