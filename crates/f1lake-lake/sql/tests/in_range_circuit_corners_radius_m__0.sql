select *
from gold_analytics.circuit_corners
where
    radius_m < 0
