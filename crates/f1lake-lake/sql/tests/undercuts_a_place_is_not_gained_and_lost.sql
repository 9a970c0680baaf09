select *
from gold_analytics.undercuts
where not (not (is_place_gained and is_place_lost))
