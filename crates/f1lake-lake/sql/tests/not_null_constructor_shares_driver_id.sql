select driver_id
from gold_analytics.constructor_shares
where driver_id is null
