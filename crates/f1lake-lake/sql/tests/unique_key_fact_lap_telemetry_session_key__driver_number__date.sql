select
    session_key, driver_number, date,
    count(*) as rows_of_key
from gold_analytics.fact_lap_telemetry
group by session_key, driver_number, date
having count(*) > 1
