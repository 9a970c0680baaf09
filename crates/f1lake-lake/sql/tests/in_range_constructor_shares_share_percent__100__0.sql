select *
from gold_analytics.constructor_shares
where
    share_percent < 0 or
    share_percent > 100
