select *
from gold_analytics.rain_windows
where
    samples < 1
