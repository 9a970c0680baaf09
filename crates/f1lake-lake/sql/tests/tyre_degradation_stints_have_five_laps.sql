select *
from gold_analytics.tyre_degradation
where not (fitted_laps >= 5 * stints)
