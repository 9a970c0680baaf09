select *
from gold_analytics.lap_positions
where not (laps_behind_leader >= 0 and (not is_leading or laps_behind_leader = 0))
