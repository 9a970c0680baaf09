select competitor_id
from gold_analytics.season_form
where competitor_id is null
