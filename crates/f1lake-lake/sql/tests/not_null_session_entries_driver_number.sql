select driver_number
from gold_analytics.session_entries
where driver_number is null
