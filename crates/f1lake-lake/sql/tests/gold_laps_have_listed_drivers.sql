-- Cars with laps that the session's list of drivers does not have.
select laps.session_key, laps.driver_number, count(*) as laps
from gold_analytics.fact_laps as laps
left join silver_clean.silver_drivers as drivers
    on laps.session_key = drivers.session_key and laps.driver_number = drivers.driver_number
where drivers.driver_number is null
group by laps.session_key, laps.driver_number
