-- Every lap of a known person falls into exactly one version of that person, with the number and team of the lap.
with laps as (
    select laps.session_key, laps.driver_number, laps.driver_id, laps.team_id, sessions.date_start
    from gold_analytics.fact_laps as laps
    inner join gold_analytics.dim_sessions as sessions
        on laps.session_key = sessions.session_key
    where laps.driver_id is not null and sessions.date_start is not null
    group by laps.session_key, laps.driver_number, laps.driver_id, laps.team_id, sessions.date_start
)

select laps.session_key, laps.driver_number, laps.driver_id, count(versions.driver_id) as versions
from laps
left join gold_analytics.dim_drivers as versions
    on
        laps.driver_id = versions.driver_id
        and laps.driver_number = versions.driver_number
        and coalesce(laps.team_id, versions.team_id, '') = coalesce(versions.team_id, '')
        and laps.date_start >= versions.valid_from
        and (versions.valid_to is null or laps.date_start < versions.valid_to)
group by laps.session_key, laps.driver_number, laps.driver_id
having count(versions.driver_id) <> 1
