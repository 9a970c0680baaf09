select *
from gold_analytics.championship_progress
where
    points_left < 0
