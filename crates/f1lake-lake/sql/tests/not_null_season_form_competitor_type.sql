select competitor_type
from gold_analytics.season_form
where competitor_type is null
