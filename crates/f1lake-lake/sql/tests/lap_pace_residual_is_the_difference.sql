select *
from gold_analytics.lap_pace
where not (abs(residual - (lap_duration - expected_lap_time)) < 0.0015)
