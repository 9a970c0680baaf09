select is_repaired
from gold_analytics.tyre_stints
where is_repaired is null
