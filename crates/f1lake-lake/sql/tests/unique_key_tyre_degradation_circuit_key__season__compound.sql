select
    circuit_key, season, compound,
    count(*) as rows_of_key
from gold_analytics.tyre_degradation
group by circuit_key, season, compound
having count(*) > 1
