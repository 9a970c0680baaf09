select *
from gold_analytics.track_line
where
    laps < 1
