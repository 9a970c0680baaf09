select *
from gold_analytics.teammates
where not (comparison = 'both ran' or is_ahead is null)
