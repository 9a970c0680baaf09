select *
from gold_analytics.championship_progress
where not (position > 1 or is_title_open)
