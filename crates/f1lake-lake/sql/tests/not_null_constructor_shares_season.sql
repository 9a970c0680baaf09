select season
from gold_analytics.constructor_shares
where season is null
