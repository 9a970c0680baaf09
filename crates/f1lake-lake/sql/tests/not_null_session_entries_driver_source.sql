select driver_source
from gold_analytics.session_entries
where driver_source is null
