with stops as (
    select
        stops.*,
        sessions.circuit_key,
        cast(arrow_cast(stops.date_entry, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as entry_micros,
        cast(arrow_cast(stops.date_exit, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as exit_micros
    from gold_analytics.fact_pit_stops as stops
    inner join silver_clean.silver_sessions as sessions
        on stops.session_key = sessions.session_key
    where
        sessions.session_category in ('Race', 'Sprint')
        and stops.pit_type in ('stop', 'drive_through', 'stop_go')
),

laps as (
    select
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        cast(arrow_cast(laps.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as start_micros,
        case
            when silver.glitch is null and laps.lap_duration is not null then cast(round((laps.lap_duration) * 1000) as bigint)
            when not laps.is_start_estimated
                then cast(round(((cast(arrow_cast(laps.date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(laps.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) / 1e6) * 1000) as bigint)
        end as lap_ms,
        laps.is_clean_lap,
        laps.is_neutralised,
        laps.is_under_red_flag or laps.is_start_lap as is_incomparable,
        laps.is_pit_in_lap or coalesce(laps.is_pit_out_lap, false) as is_in_pit_lane
    from gold_analytics.fact_laps as laps
    inner join silver_clean.silver_laps as silver
        on
            laps.session_key = silver.session_key
            and laps.driver_number = silver.driver_number
            and laps.lap_number = silver.lap_number
),

-- The car's own pace: its clean laps among the five before the lap into the lane and the five after the lap out of it.
own_paces as (
    select
        stops.session_key,
        stops.driver_number,
        stops.stop_number,
        count(*) as reference_laps,
        median(cast(laps.lap_ms as double)) as reference_ms
    from stops
    inner join laps
        on
            stops.session_key = laps.session_key
            and stops.driver_number = laps.driver_number
            and laps.lap_number between stops.lap_number - 5 and stops.out_lap_number + 5
    where laps.is_clean_lap
    group by stops.session_key, stops.driver_number, stops.stop_number
),

-- Two laps in a row without the pit lane.
laps_outside as (
    select session_key, driver_number, lap_number, start_micros, lap_ms + next_ms as two_laps_ms
    from (
        select
            *,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            lead(case when not is_in_pit_lane and not is_incomparable then lap_ms end) over (
                partition by session_key, driver_number order by lap_number
            ) as next_ms
        from laps
    ) as followed
    where not is_in_pit_lane and not is_incomparable and next_lap = lap_number + 1
),

-- Where a lap was neutralised, the field is slow too, and cars far from each other not alike: the three cars on the same laps
-- that were nearest before the stop and stayed out of the lane.
nearby_paces as (
    select session_key, driver_number, stop_number, count(*) as nearby_cars, median(cast(two_laps_ms as double)) as nearby_ms
    from (
        select
            stops.session_key,
            stops.driver_number,
            stops.stop_number,
            others.two_laps_ms,
            row_number() over (
                partition by stops.session_key, stops.driver_number, stops.stop_number
                order by abs(others.start_micros - own.start_micros), others.driver_number
            ) as _rn
        from stops
        inner join laps as own
            on
                stops.session_key = own.session_key
                and stops.driver_number = own.driver_number
                and stops.lap_number = own.lap_number
        inner join laps_outside as others
            on stops.session_key = others.session_key and stops.lap_number = others.lap_number
        where others.two_laps_ms is not null and others.start_micros is not null and own.start_micros is not null
    ) as nearest
    where _rn <= 3
    group by session_key, driver_number, stop_number
),

neutralised as (
    select
        stops.session_key,
        stops.driver_number,
        stops.stop_number,
        max(case neutralisations.kind when 'red_flag' then 3 when 'safety_car' then 2 else 1 end) as status
    from stops
    inner join gold_analytics.fact_neutralisations as neutralisations
        on
            stops.session_key = neutralisations.session_key
            and stops.date_exit > neutralisations.date_start
            and (
                neutralisations.date_end is null
                or coalesce(stops.date_entry, stops.date_exit) < neutralisations.date_end
            )
    group by stops.session_key, stops.driver_number, stops.stop_number
),

-- Both cars of a team in the lane at once: the second one waits.
stacked as (
    select
        stops.session_key,
        stops.driver_number,
        stops.stop_number,
        max(case
            when
                mates.entry_micros < stops.entry_micros
                or (mates.entry_micros = stops.entry_micros and mates.driver_number < stops.driver_number)
                then 1
            else 0
        end) as is_second
    from stops
    inner join stops as mates
        on
            stops.session_key = mates.session_key
            and stops.team_id = mates.team_id
            and stops.driver_number <> mates.driver_number
            and stops.entry_micros < mates.exit_micros
            and stops.exit_micros > mates.entry_micros
    where stops.pit_type = 'stop' and mates.pit_type = 'stop'
    group by stops.session_key, stops.driver_number, stops.stop_number
),

both_cars as (
    select 1 as is_first
    union all
    select 0 as is_first
),

fights as (
    select
        session_key,
        driver_number,
        stop_number,
        count(case when is_first = 1 then 1 end) as cars_undercut,
        (median(cast(cast(round((case when is_first = 1 and not is_neutralised then gain end) * 1000) as bigint) as double)) / 1000) as undercut_gain,
        count(case when is_first = 0 then 1 end) as cars_overcut,
        (median(cast(cast(round((case when is_first = 0 and not is_neutralised then gain end) * 1000) as bigint) as double)) / 1000) as overcut_gain
    from (
        select
            undercuts.session_key,
            case when both_cars.is_first = 1 then undercuts.driver_number else undercuts.rival_driver_number end as driver_number,
            case when both_cars.is_first = 1 then undercuts.stop_number else undercuts.rival_stop_number end as stop_number,
            both_cars.is_first,
            case when both_cars.is_first = 1 then undercuts.undercut_gain else -undercuts.undercut_gain end as gain,
            undercuts.is_neutralised
        from gold_analytics.undercuts as undercuts
        cross join both_cars
    ) as both_sides
    group by session_key, driver_number, stop_number
),

measured as (
    select
        stops.*,
        case
            when stops.date_exit is null then null
            when neutralised.status = 3 then 'red_flag'
            when neutralised.status = 2 then 'safety_car'
            when neutralised.status = 1 then 'virtual_safety_car'
            else 'green'
        end as track_status,
        in_lap.lap_ms + out_lap.lap_ms as cycle_ms,
        case
            when in_lap.is_incomparable or out_lap.is_incomparable then null
            when (in_lap.is_neutralised or out_lap.is_neutralised) and nearby_paces.nearby_cars = 3
                then nearby_paces.nearby_ms
            when in_lap.is_neutralised or out_lap.is_neutralised then null
            when own_paces.reference_laps >= 3 then 2 * own_paces.reference_ms
        end as expected_ms,
        in_lap.is_neutralised or out_lap.is_neutralised as is_neutralised,
        own_paces.reference_laps,
        case when stacked.is_second = 1 then 'second' when stacked.is_second = 0 then 'first' end as double_stack,
        fights.cars_undercut,
        fights.undercut_gain,
        fights.cars_overcut,
        fights.overcut_gain
    from stops
    left join laps as in_lap
        on
            stops.session_key = in_lap.session_key
            and stops.driver_number = in_lap.driver_number
            and stops.lap_number = in_lap.lap_number
    left join laps as out_lap
        on
            stops.session_key = out_lap.session_key
            and stops.driver_number = out_lap.driver_number
            and stops.out_lap_number = out_lap.lap_number

    left join own_paces
        on
            stops.session_key = own_paces.session_key
            and stops.driver_number = own_paces.driver_number
            and stops.stop_number = own_paces.stop_number

    left join nearby_paces
        on
            stops.session_key = nearby_paces.session_key
            and stops.driver_number = nearby_paces.driver_number
            and stops.stop_number = nearby_paces.stop_number

    left join neutralised
        on
            stops.session_key = neutralised.session_key
            and stops.driver_number = neutralised.driver_number
            and stops.stop_number = neutralised.stop_number

    left join stacked
        on
            stops.session_key = stacked.session_key
            and stops.driver_number = stacked.driver_number
            and stops.stop_number = stacked.stop_number

    left join fights
        on
            stops.session_key = fights.session_key
            and stops.driver_number = fights.driver_number
            and stops.stop_number = fights.stop_number

),

lost as (
    select
        *,
        cast(round(cycle_ms - expected_ms) as bigint) as lost_ms
    from measured
),

medians as (
    select session_key, track_status, count(lost_ms) as stops, median(cast(lost_ms as double)) as median_ms
    from lost
    where pit_type = 'stop' and lost_ms is not null
    group by session_key, track_status
)

select
    lost.session_key,
    lost.meeting_key,
    lost.session_category,
    lost.season,
    lost.circuit_key,
    lost.circuit_short_name,
    lost.driver_number,
    lost.driver_id,
    lost.name_acronym,
    lost.team_id,
    lost.stop_number,
    lost.pit_type,
    lost.lap_number,
    lost.out_lap_number,
    lost.compound_before,
    lost.compound_after,
    lost.track_status,
    lost.lane_duration,
    lost.stop_duration,
    lost.double_stack,
    cast(lost.cycle_ms as double) / 1000 as in_and_out_lap_time,
    lost.expected_ms / 1000 as expected_time,
    case
        when lost.expected_ms is null then null
        when lost.is_neutralised then 'nearby_cars'
        else 'own_pace'
    end as expected_from,
    cast(case when lost.expected_ms is not null and not lost.is_neutralised then lost.reference_laps end as bigint)
        as reference_laps,
    cast(lost.lost_ms as double) / 1000 as time_lost,
    medians.median_ms / 1000 as median_time_lost,
    (cast(lost.lost_ms as double) - medians.median_ms) / 1000 as time_lost_to_median,
    cast(medians.stops as bigint) as median_stops,
    before.position as position_before,
    before.gap_to_leader as gap_to_leader_before,
    before.gap_ahead as gap_ahead_before,
    before.gap_behind as gap_behind_before,
    after.position as position_after,
    after.gap_to_leader as gap_to_leader_after,
    after.gap_ahead as gap_ahead_after,
    after.gap_behind as gap_behind_after,
    cast(coalesce(lost.cars_undercut, 0) as bigint) as cars_undercut,
    lost.undercut_gain,
    cast(coalesce(lost.cars_overcut, 0) as bigint) as cars_overcut,
    lost.overcut_gain,
    lost.session_name,
    lost.batch_day
from lost
left join medians
    on lost.session_key = medians.session_key and lost.track_status = medians.track_status
left join gold_analytics.lap_positions as before
    on
        lost.session_key = before.session_key
        and lost.driver_number = before.driver_number
        and before.lap_number = lost.lap_number - 1
left join gold_analytics.lap_positions as after
    on
        lost.session_key = after.session_key
        and lost.driver_number = after.driver_number
        and lost.out_lap_number = after.lap_number
