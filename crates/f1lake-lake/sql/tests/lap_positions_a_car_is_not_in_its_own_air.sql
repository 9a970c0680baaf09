select *
from gold_analytics.lap_positions
where not (dirty_air_driver_number <> driver_number)
