select *
from gold_analytics.fact_stints
where not (lap_end >= lap_start)
