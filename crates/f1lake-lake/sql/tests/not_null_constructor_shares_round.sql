select round
from gold_analytics.constructor_shares
where round is null
