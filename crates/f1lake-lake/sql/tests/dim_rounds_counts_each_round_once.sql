select
    season, round,
    count(*) as rows_of_key
from gold_analytics.dim_rounds
group by season, round
having count(*) > 1
