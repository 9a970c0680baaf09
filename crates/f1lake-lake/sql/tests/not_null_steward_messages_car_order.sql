select car_order
from gold_analytics.steward_messages
where car_order is null
