select *
from gold_analytics.pit_cycles
where not (abs(time_lost - (in_and_out_lap_time - expected_time)) < 0.0015)
