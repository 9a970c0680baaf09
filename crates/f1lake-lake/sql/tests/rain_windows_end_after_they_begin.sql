select *
from gold_analytics.rain_windows
where not (date_end > date_start)
