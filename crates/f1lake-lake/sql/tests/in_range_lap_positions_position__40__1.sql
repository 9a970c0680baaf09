select *
from gold_analytics.lap_positions
where
    position < 1 or
    position > 40
