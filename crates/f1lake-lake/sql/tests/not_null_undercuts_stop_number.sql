select stop_number
from gold_analytics.undercuts
where stop_number is null
