select bin
from gold_analytics.track_line
where bin is null
