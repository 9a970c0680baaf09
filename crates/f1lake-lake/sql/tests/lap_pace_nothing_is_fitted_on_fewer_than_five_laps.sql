select *
from gold_analytics.lap_pace
where not (fitted_laps >= 5)
