select team_id
from gold_analytics.constructor_shares
where team_id is null
