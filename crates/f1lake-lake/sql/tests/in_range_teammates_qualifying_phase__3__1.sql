select *
from gold_analytics.teammates
where
    qualifying_phase < 1 or
    qualifying_phase > 3
