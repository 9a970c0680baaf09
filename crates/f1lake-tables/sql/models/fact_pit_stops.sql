with stops as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number order by lap_number asc nulls first, date asc nulls first
        ) as stop_number
    from silver_clean.silver_pit
),

laps as (
    select session_key, driver_number, lap_number, compound, stint_number, position, is_neutralised
    from gold_analytics.fact_laps
)

select
    stops.session_key,
    stops.meeting_key,
    stops.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    cast(stops.stop_number as bigint) as stop_number,
    stops.lap_number,
    stops.date,
    stops.lane_duration,
    stops.stop_duration,
    stops.pit_type,
    stops.is_red_flag_stop,
    in_lap.stint_number as stint_before,
    out_lap.stint_number as stint_after,
    in_lap.compound as compound_before,
    out_lap.compound as compound_after,
    in_lap.position as position_before,
    out_lap.position as position_after,
    in_lap.is_neutralised as is_under_neutralisation,
    stops.session_name,
    stops.batch_day
from stops
left join silver_clean.silver_drivers as drivers
    on stops.session_key = drivers.session_key and stops.driver_number = drivers.driver_number
left join laps as in_lap
    on
        stops.session_key = in_lap.session_key
        and stops.driver_number = in_lap.driver_number
        and stops.lap_number = in_lap.lap_number
left join laps as out_lap
    on
        stops.session_key = out_lap.session_key
        and stops.driver_number = out_lap.driver_number
        and stops.lap_number + 1 = out_lap.lap_number
