select *
from gold_analytics.qualifying_summary
where
    place_in_part < 1
