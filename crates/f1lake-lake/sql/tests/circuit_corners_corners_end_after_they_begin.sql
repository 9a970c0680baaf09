select *
from gold_analytics.circuit_corners
where not (distance_end_m >= distance_start_m and apex_distance_m >= distance_start_m and apex_distance_m <= distance_end_m)
