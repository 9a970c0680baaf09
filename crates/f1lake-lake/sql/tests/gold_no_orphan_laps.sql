-- Every lap of a known person falls into exactly one version of that person, with the number and team of the lap. Who drove
-- two cars in a session, as in tests, has one version there, with one of the numbers.
with cars as (
    select session_key, driver_id, count(distinct driver_number) as numbers
    from silver_clean.silver_drivers
    group by session_key, driver_id
),

laps as (
    select laps.session_key, laps.driver_number, laps.driver_id, laps.team_id, sessions.date_start, cars.numbers
    from gold_analytics.fact_laps as laps
    inner join gold_analytics.dim_sessions as sessions
        on laps.session_key = sessions.session_key
    inner join cars
        on laps.session_key = cars.session_key and laps.driver_id = cars.driver_id
    where laps.driver_id is not null and sessions.date_start is not null
    group by laps.session_key, laps.driver_number, laps.driver_id, laps.team_id, sessions.date_start, cars.numbers
)

select laps.session_key, laps.driver_number, laps.driver_id, count(versions.driver_id) as versions
from laps
left join gold_analytics.dim_drivers as versions
    on
        laps.driver_id = versions.driver_id
        and (laps.driver_number = versions.driver_number or laps.numbers > 1)
        and coalesce(laps.team_id, versions.team_id, '') = coalesce(versions.team_id, '')
        and laps.date_start >= versions.valid_from
        and (versions.valid_to is null or laps.date_start < versions.valid_to)
group by laps.session_key, laps.driver_number, laps.driver_id
having count(versions.driver_id) <> 1
