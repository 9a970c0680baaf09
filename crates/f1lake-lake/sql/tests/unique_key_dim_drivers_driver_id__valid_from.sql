select
    driver_id, valid_from,
    count(*) as rows_of_key
from gold_analytics.dim_drivers
group by driver_id, valid_from
having count(*) > 1
