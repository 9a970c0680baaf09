-- Samples lie at or after the start of their lap and before its end, and the distance never falls.
with compared as (
    select
        telemetry.session_key,
        telemetry.driver_number,
        telemetry.lap_number,
        telemetry.date,
        telemetry.lap_distance_m,
        laps.date_start,
        laps.date_end,
        lag(telemetry.lap_distance_m) over (
            partition by telemetry.session_key, telemetry.driver_number, telemetry.lap_number order by telemetry.date
        ) as previous_distance_m
    from gold_analytics.fact_lap_telemetry as telemetry
    left join gold_analytics.fact_laps as laps
        on
            telemetry.session_key = laps.session_key
            and telemetry.driver_number = laps.driver_number
            and telemetry.lap_number = laps.lap_number
)

select *
from compared
where
    date_start is null
    or date_end is null
    or date < date_start
    or date >= date_end
    or lap_distance_m < previous_distance_m
