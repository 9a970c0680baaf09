select *
from gold_analytics.minisectors
where
    sector < 1 or
    sector > 3
