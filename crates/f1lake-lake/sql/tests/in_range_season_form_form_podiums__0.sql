select *
from gold_analytics.season_form
where
    form_podiums < 0
