select *
from gold_analytics.track_line
where
    bin < 1 or
    bin > 300
