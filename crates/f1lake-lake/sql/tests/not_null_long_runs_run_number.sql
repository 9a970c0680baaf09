select run_number
from gold_analytics.long_runs
where run_number is null
