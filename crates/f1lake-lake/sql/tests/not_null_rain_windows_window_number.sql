select window_number
from gold_analytics.rain_windows
where window_number is null
