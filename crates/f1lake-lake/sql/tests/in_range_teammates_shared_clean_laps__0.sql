select *
from gold_analytics.teammates
where
    shared_clean_laps < 0
