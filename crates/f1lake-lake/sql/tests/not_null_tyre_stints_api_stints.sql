select api_stints
from gold_analytics.tyre_stints
where api_stints is null
