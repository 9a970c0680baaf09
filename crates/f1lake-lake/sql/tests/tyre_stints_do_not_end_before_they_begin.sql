select *
from gold_analytics.tyre_stints
where not (lap_end >= lap_start)
