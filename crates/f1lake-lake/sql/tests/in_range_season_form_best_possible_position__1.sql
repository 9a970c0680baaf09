select *
from gold_analytics.season_form
where
    best_possible_position < 1
