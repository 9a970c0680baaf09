select *
from gold_analytics.circuit_corners
where
    turn_degrees < 10
