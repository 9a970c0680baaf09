select teammate_number
from gold_analytics.teammates
where teammate_number is null
