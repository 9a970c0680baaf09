{{ config(
    meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'stop_number'], 'partition_by': []}
) }}

with laps as (
    select session_key, driver_number, lap_number, position
    from {{ session_rows(ref('fact_laps')) }}
),

-- The tyres of the lap into the pit lane and of the lap out of it: the set that went on last by then.
sets as (
    select
        passages.session_key,
        passages.driver_number,
        passages.stop_number,
        max(case when stints.lap_start <= passages.lap_number then stints.stint_number end) as stint_before,
        max(case when stints.lap_start <= passages.out_lap_number then stints.stint_number end) as stint_after
    from {{ session_rows(ref('pit_passages')) }} as passages
    inner join {{ session_rows(ref('tyre_stints')) }} as stints
        on passages.session_key = stints.session_key and passages.driver_number = stints.driver_number
    group by passages.session_key, passages.driver_number, passages.stop_number
),

neutralised as (
    select passages.session_key, passages.driver_number, passages.stop_number
    from {{ session_rows(ref('pit_passages')) }} as passages
    inner join {{ session_rows(ref('fact_neutralisations')) }} as neutralisations
        on
            passages.session_key = neutralisations.session_key
            and passages.date_exit > neutralisations.date_start
            and (
                neutralisations.date_end is null
                or coalesce(passages.date_entry, passages.date_exit) < neutralisations.date_end
            )
    group by passages.session_key, passages.driver_number, passages.stop_number
)

select
    passages.session_key,
    passages.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    passages.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    drivers.team_name,
    passages.stop_number,
    passages.lap_number,
    passages.out_lap_number,
    passages.date_entry,
    passages.date_exit,
    passages.date_exit as date,
    passages.lane_duration,
    passages.stop_duration,
    passages.pit_type,
    passages.pit_type_source,
    coalesce(passages.pit_type = 'red_flag', false) as is_red_flag_stop,
    sets.stint_before,
    sets.stint_after,
    stint_before.compound as compound_before,
    stint_after.compound as compound_after,
    in_lap.position as position_before,
    out_lap.position as position_after,
    case when passages.date_exit is not null then neutralised.stop_number is not null end as is_under_neutralisation,
    passages.session_name,
    passages.batch_day
from {{ session_rows(ref('pit_passages')) }} as passages
left join {{ session_rows(ref('silver_sessions')) }} as sessions
    on passages.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on passages.session_key = drivers.session_key and passages.driver_number = drivers.driver_number
left join sets
    on
        passages.session_key = sets.session_key
        and passages.driver_number = sets.driver_number
        and passages.stop_number = sets.stop_number
left join {{ session_rows(ref('tyre_stints')) }} as stint_before
    on
        sets.session_key = stint_before.session_key
        and sets.driver_number = stint_before.driver_number
        and sets.stint_before = stint_before.stint_number
left join {{ session_rows(ref('tyre_stints')) }} as stint_after
    on
        sets.session_key = stint_after.session_key
        and sets.driver_number = stint_after.driver_number
        and sets.stint_after = stint_after.stint_number
left join neutralised
    on
        passages.session_key = neutralised.session_key
        and passages.driver_number = neutralised.driver_number
        and passages.stop_number = neutralised.stop_number
left join laps as in_lap
    on
        passages.session_key = in_lap.session_key
        and passages.driver_number = in_lap.driver_number
        and passages.lap_number = in_lap.lap_number
left join laps as out_lap
    on
        passages.session_key = out_lap.session_key
        and passages.driver_number = out_lap.driver_number
        and passages.out_lap_number = out_lap.lap_number
