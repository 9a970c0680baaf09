select *
from gold_analytics.lap_positions
where not (gap_to_leader >= 0 and gap_ahead >= 0 and gap_behind >= 0 and gap_on_road >= 0)
