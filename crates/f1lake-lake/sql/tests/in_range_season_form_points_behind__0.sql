select *
from gold_analytics.season_form
where
    points_behind < 0
