select
    session_key, neutralisation_number,
    count(*) as rows_of_key
from gold_analytics.fact_neutralisations
group by session_key, neutralisation_number
having count(*) > 1
