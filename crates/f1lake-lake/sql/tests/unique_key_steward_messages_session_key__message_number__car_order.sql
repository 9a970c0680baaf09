select
    session_key, message_number, car_order,
    count(*) as rows_of_key
from gold_analytics.steward_messages
group by session_key, message_number, car_order
having count(*) > 1
