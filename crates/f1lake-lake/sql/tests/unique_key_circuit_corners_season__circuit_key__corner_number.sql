select
    season, circuit_key, corner_number,
    count(*) as rows_of_key
from gold_analytics.circuit_corners
group by season, circuit_key, corner_number
having count(*) > 1
