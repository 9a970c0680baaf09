select *
from gold_analytics.qualifying_part_summary
where
    first_out_gap_s < 0
