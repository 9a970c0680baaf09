select *
from gold_analytics.qualifying_summary
where
    qualifying_phase < 1 or
    qualifying_phase > 3
