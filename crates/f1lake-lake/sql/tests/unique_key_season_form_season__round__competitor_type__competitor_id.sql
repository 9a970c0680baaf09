select
    season, round, competitor_type, competitor_id,
    count(*) as rows_of_key
from gold_analytics.season_form
group by season, round, competitor_type, competitor_id
having count(*) > 1
