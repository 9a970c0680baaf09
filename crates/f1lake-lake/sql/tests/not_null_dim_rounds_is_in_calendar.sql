select is_in_calendar
from gold_analytics.dim_rounds
where is_in_calendar is null
