select *
from gold_analytics.pit_cycles
where not (expected_from <> 'own_pace' or reference_laps >= 3)
