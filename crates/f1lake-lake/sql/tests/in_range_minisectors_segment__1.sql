select *
from gold_analytics.minisectors
where
    segment < 1
