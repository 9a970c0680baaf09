select *
from gold_analytics.fact_results
where not ((positions_gained is null) = (grid_position is null or position is null))
