select *
from gold_analytics.race_pace
where not (clean_laps <= racing_laps)
