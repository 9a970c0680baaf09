select *
from gold_analytics.minisectors
where not (segment <= segments_in_sector)
