select *
from gold_analytics.penalties
where not (served_lap_number is null or served_by in ('pit_stop', 'pit_lane'))
