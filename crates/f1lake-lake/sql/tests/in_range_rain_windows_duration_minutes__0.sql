select *
from gold_analytics.rain_windows
where
    duration_minutes < 0
