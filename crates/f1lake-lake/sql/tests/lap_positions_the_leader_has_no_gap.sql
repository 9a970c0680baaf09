select *
from gold_analytics.lap_positions
where not (position <> 1 or gap_to_leader = 0)
