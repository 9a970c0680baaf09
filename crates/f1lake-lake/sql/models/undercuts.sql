with stops as (
    select
        stops.session_key,
        stops.meeting_key,
        sessions.session_category,
        sessions.year as season,
        sessions.circuit_short_name,
        stops.driver_number,
        stops.name_acronym,
        stops.team_id,
        stops.stop_number,
        stops.lap_number,
        stops.out_lap_number,
        stops.session_name,
        stops.batch_day
    from gold_analytics.fact_pit_stops as stops
    inner join silver_clean.silver_sessions as sessions
        on stops.session_key = sessions.session_key
    where sessions.session_category in ('Race', 'Sprint') and stops.pit_type = 'stop' and stops.lap_number > 1
),

crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        position,
        cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        is_neutralised,
        is_under_red_flag
    from gold_analytics.lap_positions
    where date_end is not null
),

-- Of several stops, the last one before that of the rival, and the rival's first one after it.
pairs as (
    select
        stops.*,
        rivals.driver_number as rival_driver_number,
        rivals.name_acronym as rival_name_acronym,
        rivals.stop_number as rival_stop_number,
        rivals.lap_number as rival_lap_number,
        rivals.out_lap_number as rival_out_lap_number,
        row_number() over (
            partition by stops.session_key, stops.driver_number, stops.stop_number, rivals.driver_number
            order by rivals.stop_number
        ) as from_first,
        row_number() over (
            partition by stops.session_key, stops.driver_number, rivals.driver_number, rivals.stop_number
            order by stops.stop_number desc
        ) as from_last
    from stops
    inner join stops as rivals
        on
            stops.session_key = rivals.session_key
            and stops.driver_number <> rivals.driver_number
            and stops.lap_number < rivals.lap_number
            and stops.lap_number >= rivals.lap_number - 4
),

neutralised as (
    select
        pairs.session_key,
        pairs.driver_number,
        pairs.stop_number,
        pairs.rival_driver_number,
        max(case when crossings.is_neutralised then 1 else 0 end) as is_neutralised,
        max(case when crossings.is_under_red_flag then 1 else 0 end) as is_under_red_flag
    from pairs
    inner join crossings
        on
            pairs.session_key = crossings.session_key
            and crossings.driver_number in (pairs.driver_number, pairs.rival_driver_number)
            and crossings.lap_number between pairs.lap_number and pairs.rival_out_lap_number
    where pairs.from_first = 1 and pairs.from_last = 1
    group by pairs.session_key, pairs.driver_number, pairs.stop_number, pairs.rival_driver_number
),

measured as (
    select
        pairs.*,
        neutralised.is_neutralised = 1 as is_neutralised,
        before_own.micros - before_rival.micros as micros_before,
        after_own.micros - after_rival.micros as micros_after,
        before_own.position as position_before,
        after_own.position as position_after,
        before_rival.position as rival_position_before,
        after_rival.position as rival_position_after
    from pairs
    inner join neutralised
        on
            pairs.session_key = neutralised.session_key
            and pairs.driver_number = neutralised.driver_number
            and pairs.stop_number = neutralised.stop_number
            and pairs.rival_driver_number = neutralised.rival_driver_number

    inner join crossings as before_own
        on
            pairs.session_key = before_own.session_key
            and pairs.driver_number = before_own.driver_number
            and before_own.lap_number = pairs.lap_number - 1

    inner join crossings as before_rival
        on
            pairs.session_key = before_rival.session_key
            and pairs.rival_driver_number = before_rival.driver_number
            and before_rival.lap_number = pairs.lap_number - 1

    inner join crossings as after_own
        on
            pairs.session_key = after_own.session_key
            and pairs.driver_number = after_own.driver_number
            and after_own.lap_number = pairs.rival_out_lap_number

    inner join crossings as after_rival
        on
            pairs.session_key = after_rival.session_key
            and pairs.rival_driver_number = after_rival.driver_number
            and after_rival.lap_number = pairs.rival_out_lap_number

    where pairs.from_first = 1 and pairs.from_last = 1 and neutralised.is_under_red_flag = 0
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    circuit_short_name,
    driver_number,
    name_acronym,
    team_id,
    stop_number,
    lap_number,
    rival_driver_number,
    rival_name_acronym,
    rival_stop_number,
    rival_lap_number,
    position_before,
    rival_position_before,
    micros_before / 1e6 as gap_before,
    position_after,
    rival_position_after,
    micros_after / 1e6 as gap_after,
    (micros_before - micros_after) / 1e6 as undercut_gain,
    micros_before > 0 and micros_after < 0 as is_place_gained,
    micros_before < 0 and micros_after > 0 as is_place_lost,
    is_neutralised,
    session_name,
    batch_day
from measured
-- Cars that fought each other: on the same lap and within 5 s before the first of the two stops.
where abs(micros_before) <= 5000000
