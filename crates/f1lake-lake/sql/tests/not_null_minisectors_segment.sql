select segment
from gold_analytics.minisectors
where segment is null
