select
    season, meeting_key,
    count(*) as rows_of_key
from gold_analytics.dim_rounds
group by season, meeting_key
having count(*) > 1
