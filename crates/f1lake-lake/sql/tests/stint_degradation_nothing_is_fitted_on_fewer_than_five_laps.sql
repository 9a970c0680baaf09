select *
from gold_analytics.stint_degradation
where not (fitted_laps >= 5 and fitted_laps <= racing_laps)
