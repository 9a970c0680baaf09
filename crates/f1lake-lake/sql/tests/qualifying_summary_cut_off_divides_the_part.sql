select *
from gold_analytics.qualifying_summary
where not (gap_to_cutoff_s >= 0 or is_advanced)
