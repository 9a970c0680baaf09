select *
from gold_analytics.lap_pace
where not (fuel_kg > 0 and fuel_corrected_time <= lap_duration)
