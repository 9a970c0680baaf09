select message_number
from gold_analytics.steward_messages
where message_number is null
