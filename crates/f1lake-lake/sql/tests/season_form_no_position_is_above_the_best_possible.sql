select *
from gold_analytics.season_form
where not (position >= best_possible_position)
