select *
from gold_analytics.season_form
where
    form_points < 0
