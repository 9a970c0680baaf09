select *
from gold_analytics.championship_progress
where
    points < 0 or
    points > 1500
