select is_in_lake
from gold_analytics.dim_rounds
where is_in_lake is null
