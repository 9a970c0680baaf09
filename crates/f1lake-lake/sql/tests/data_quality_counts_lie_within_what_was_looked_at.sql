select *
from gold_analytics.data_quality
where not (odd between 0 and looked_at)
