select *
from gold_analytics.season_form
where not (title_status <> 'champion' or position = 1)
