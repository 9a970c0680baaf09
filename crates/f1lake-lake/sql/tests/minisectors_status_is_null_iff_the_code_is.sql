select *
from gold_analytics.minisectors
where not ((code is null) = (status is null))
