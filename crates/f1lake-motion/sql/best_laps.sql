-- Telemetry of the best timed lap of each driver, lap by lap, fastest first.
with ranked as (
    select
        driver_number,
        name_acronym,
        lap_number,
        lap_duration,
        duration_sector_1,
        duration_sector_2,
        duration_sector_3,
        row_number() over (partition by driver_number order by lap_duration, lap_number) as place
    from gold_analytics.fact_laps
    where session_key = {session_key} and is_timed_lap
)

select
    telemetry.driver_number,
    best.name_acronym,
    telemetry.lap_number,
    best.lap_duration as lap_s,
    best.duration_sector_1 as sector_1_s,
    best.duration_sector_2 as sector_2_s,
    best.duration_sector_3 as sector_3_s,
    telemetry.lap_time_s as time_s,
    telemetry.lap_distance_m as distance_m
from gold_analytics.fact_lap_telemetry as telemetry
inner join ranked as best
    on
        telemetry.driver_number = best.driver_number
        and telemetry.lap_number = best.lap_number
        and best.place = 1
where
    telemetry.session_key = {session_key}
    and telemetry.lap_time_s is not null
    and telemetry.lap_distance_m is not null
order by best.lap_duration, telemetry.driver_number, telemetry.date
