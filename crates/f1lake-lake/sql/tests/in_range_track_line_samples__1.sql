select *
from gold_analytics.track_line
where
    samples < 1
