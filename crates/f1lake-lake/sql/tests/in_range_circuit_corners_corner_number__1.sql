select *
from gold_analytics.circuit_corners
where
    corner_number < 1
