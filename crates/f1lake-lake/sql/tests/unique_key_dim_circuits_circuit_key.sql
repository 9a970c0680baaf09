select
    circuit_key,
    count(*) as rows_of_key
from gold_analytics.dim_circuits
group by circuit_key
having count(*) > 1
