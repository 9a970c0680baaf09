select driver_id
from gold_analytics.session_entries
where driver_id is null
