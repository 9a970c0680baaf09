select *
from gold_analytics.season_form
where
    form_rounds < 1 or
    form_rounds > 5
