select *
from gold_analytics.tyre_strategy
where
    stints < 1 or
    stints > 20
