select *
from gold_analytics.qualifying_sessions
where
    parts < 1 or
    parts > 3
