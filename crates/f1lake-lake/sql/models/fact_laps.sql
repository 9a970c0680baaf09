with sessions as (
    select
        session_key,
        session_category,
        year,
        circuit_short_name,
        session_category in ('Race', 'Sprint') as is_race,
        (
            coalesce(cast(nullif((regexp_match(gmt_offset, '^[-+]?([0-9]+):'))[1], '') as bigint), 0) * 3600000000
            + coalesce(cast(nullif((regexp_match(gmt_offset, '^[-+]?[0-9]+:([0-9]+)'))[1], '') as bigint), 0) * 60000000
        ) * case when gmt_offset like '-%' then -1 else 1 end as offset_micros
    from silver_clean.silver_sessions
),

laps as (
    select
        laps.*,
        -- Outside races a lap into the pit lane is not a lap time.
        laps.is_valid_lap and (coalesce(sessions.is_race, false) or not laps.is_pit_in_lap) as has_lap_time,
        lag(laps.date_start) over (partition by laps.session_key, laps.driver_number order by laps.lap_number)
            as previous_date_start
    from silver_clean.silver_laps as laps
    left join sessions
        on laps.session_key = sessions.session_key
),

-- Lap times that the stewards deleted or gave back: `CAR 4 (NOR) TIME 1:57.940 DELETED - TRACK LIMITS AT TURN 16 LAP 12
-- 16:27:29`. The time of day is that of the offence, at the venue.
verdicts as (
    select
        session_key,
        date,
        message,
        event = 'reinstatement' as is_reinstatement,
        cast(nullif((regexp_match(message, '^CAR ([0-9]+) '))[1], '') as bigint) as driver_number,
        cast(nullif((regexp_match(message, ' LAP ([0-9]+) '))[1], '') as bigint) as message_lap,
        coalesce(cast(nullif((regexp_match(message, ' TIME ([0-9]+):'))[1], '') as bigint), 0) * 60000
        + cast(round((cast(nullif((regexp_match(message, ' TIME (?:[0-9]+:)?([0-9]+[.][0-9]+) '))[1], '') as double)) * 1000) as bigint)
            as time_ms,
        cast(nullif((regexp_match(message, ' ([0-9]+):[0-9]+:[0-9]+$'))[1], '') as bigint) * 3600000000
        + cast(nullif((regexp_match(message, ' [0-9]+:([0-9]+):[0-9]+$'))[1], '') as bigint) * 60000000
        + cast(nullif((regexp_match(message, ' [0-9]+:[0-9]+:([0-9]+)$'))[1], '') as bigint) * 1000000
            as offence_of_day
    from silver_clean.silver_race_control
    where event in ('deletion', 'reinstatement') and date is not null
),

-- A verdict belongs to a lap with the time it names: the one during which the offence happened, else the one with the lap number
-- of the message, else the last one that had begun by then. Outside races race control often counts laps otherwise. A lap that
-- was still running has no time to delete. Without a time, races only, the number decides.
matched_verdicts as (
    select
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        verdicts.date,
        verdicts.message,
        verdicts.is_reinstatement,
        row_number() over (
            partition by verdicts.session_key, verdicts.driver_number, verdicts.date, verdicts.message
            order by
                case when laps.date_end > verdicts.date then 1 else 0 end,
                -- So long after the start of the lap, past midnight at the venue too.
                case
                    when
                        (
                            verdicts.offence_of_day - cast(arrow_cast(laps.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - sessions.offset_micros
                            + 8640086400000000
                        ) % 86400000000
                        < cast(round((laps.lap_duration) * 1000) as bigint) * 1000
                        then 0
                    else 1
                end,
                case when laps.lap_number = verdicts.message_lap then 0 else 1 end,
                laps.lap_number desc
        ) as _rn
    from verdicts
    inner join sessions
        on verdicts.session_key = sessions.session_key
    inner join laps
        on verdicts.session_key = laps.session_key and verdicts.driver_number = laps.driver_number
    where
        laps.has_lap_time
        and (laps.date_start is null or laps.date_start <= verdicts.date)
        and (
            verdicts.time_ms = cast(round((laps.lap_duration) * 1000) as bigint)
            or (verdicts.time_ms is null and sessions.is_race and verdicts.message_lap = laps.lap_number)
        )
),

last_verdict as (
    select
        session_key,
        driver_number,
        lap_number,
        message,
        is_reinstatement,
        row_number() over (
            partition by session_key, driver_number, lap_number
            order by date desc, is_reinstatement desc, message asc
        ) as _rn
    from matched_verdicts
    where _rn = 1
),

phase_starts as (
    select session_key, qualifying_phase as phase, date_start as date
    from gold_analytics.fact_qualifying_parts
    where qualifying_phase > 1
),

-- An out lap counts from its end: it is listed from the moment the car came in.
lap_phases as (
    select
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        coalesce(max(phase_starts.phase), 1) as qualifying_phase
    from laps
    inner join sessions
        on laps.session_key = sessions.session_key
    left join phase_starts
        on
            laps.session_key = phase_starts.session_key
            and phase_starts.date <= case
                when laps.is_pit_out_lap then coalesce(laps.date_end, laps.date_start) else laps.date_start
            end
    where
        sessions.session_category in ('Qualifying', 'Sprint Qualifying')
        and (laps.date_start is not null or laps.date_end is not null)
    group by laps.session_key, laps.driver_number, laps.lap_number
),

-- A lap that runs when the leader takes the restart is neutralised; the next one is not.
neutralised_laps as (
    select
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        max(case when neutralisations.kind = 'red_flag' then 1 else 0 end) as is_under_red_flag
    from laps
    inner join gold_analytics.fact_neutralisations as neutralisations
        on
            laps.session_key = neutralisations.session_key
            and coalesce(laps.date_end, laps.date_start) > neutralisations.date_start
            and (
                neutralisations.date_end is null
                or coalesce(laps.date_start, laps.date_end) < neutralisations.date_end
            )
    group by laps.session_key, laps.driver_number, laps.lap_number
),

-- The lap that begins on the grid: the first one, and the one after a standing restart.
start_laps as (
    select distinct laps.session_key, laps.driver_number, laps.lap_number
    from laps
    inner join gold_analytics.fact_neutralisations as neutralisations
        on
            laps.session_key = neutralisations.session_key
            and neutralisations.restart = 'standing'
            and laps.date_start >= neutralisations.date_end
            and laps.previous_date_start < neutralisations.date_end
),

-- The stint of a lap is the last one that began by then, unless it ended before.
lap_stints as (
    select
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        stints.stint_number,
        stints.compound,
        stints.tyre_age_at_start,
        stints.lap_start,
        stints.lap_end is null or laps.lap_number <= stints.lap_end as is_covered,
        row_number() over (
            partition by laps.session_key, laps.driver_number, laps.lap_number
            order by stints.lap_start desc, stints.stint_number desc
        ) as _rn
    from laps
    inner join gold_analytics.tyre_stints as stints
        on
            laps.session_key = stints.session_key
            and laps.driver_number = stints.driver_number
            and laps.lap_number >= stints.lap_start
),

-- Position and gap at the end of the lap: the last row of the feed by then.
timeline as (
    select
        session_key, driver_number, date_end as date, 1 as kind, lap_number,
        cast(null as bigint) as position, cast(null as bigint) as interval_micros
    from laps
    where date_end is not null
    union all
    select
        session_key, driver_number, date, 0 as kind, cast(null as bigint) as lap_number,
        position, cast(null as bigint) as interval_micros
    from silver_clean.silver_position
    union all
    select
        session_key, driver_number, date, 0 as kind, cast(null as bigint) as lap_number,
        cast(null as bigint) as position, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as interval_micros
    from silver_clean.silver_intervals
),

lap_ends as (
    select
        session_key,
        driver_number,
        lap_number,
        kind,
        date,
        last_value(position) ignore nulls over (partition by session_key, driver_number order by date, kind, lap_number rows between unbounded preceding and current row) as position,
        last_value(interval_micros) ignore nulls over (partition by session_key, driver_number order by date, kind, lap_number rows between unbounded preceding and current row) as interval_micros
    from timeline
),

recent_lap_ends as (
    select
        session_key,
        driver_number,
        lap_number,
        position,
        case when cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - interval_micros <= 10000000 then interval_micros end as interval_micros
    from lap_ends
    where kind = 1
),

intervals as (
    select
        session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        gap_to_leader_seconds, gap_to_leader_laps, interval_seconds
    from silver_clean.silver_intervals
),

joined as (
    select
        laps.session_key,
        laps.meeting_key,
        sessions.session_category,
        sessions.year as season,
        sessions.circuit_short_name,
        laps.driver_number,
        drivers.driver_id,
        drivers.name_acronym,
        drivers.team_id,
        drivers.team_name,
        laps.lap_number,
        laps.date_start,
        laps.date_end,
        laps.lap_duration,
        laps.duration_sector_1,
        laps.duration_sector_2,
        laps.duration_sector_3,
        laps.sector_completeness,
        laps.i1_speed,
        laps.i2_speed,
        laps.st_speed,
        laps.max_speed,
        laps.is_pit_out_lap,
        laps.is_pit_in_lap,
        laps.is_start_estimated,
        laps.is_valid_lap,
        coalesce(not last_verdict.is_reinstatement, false) as is_deleted,
        last_verdict.message as verdict_message,
        laps.has_lap_time and not coalesce(not last_verdict.is_reinstatement, false) as is_timed_lap,
        neutralised_laps.lap_number is not null as is_neutralised,
        coalesce(neutralised_laps.is_under_red_flag = 1, false) as is_under_red_flag,
        coalesce(sessions.is_race and (laps.lap_number = 1 or start_laps.lap_number is not null), false) as is_start_lap,
        lap_phases.qualifying_phase,
        stints.stint_number,
        stints.compound,
        laps.lap_number - stints.lap_start + 1 as lap_in_stint,
        stints.tyre_age_at_start + laps.lap_number - stints.lap_start as tyre_age,
        lap_ends.position,
        intervals.gap_to_leader_seconds,
        intervals.gap_to_leader_laps,
        intervals.interval_seconds,
        lap_weather.air_temperature,
        lap_weather.track_temperature,
        lap_weather.is_raining,
        laps.session_name,
        laps.batch_day
    from laps
    left join sessions
        on laps.session_key = sessions.session_key
    left join silver_clean.silver_drivers as drivers
        on laps.session_key = drivers.session_key and laps.driver_number = drivers.driver_number
    left join last_verdict
        on
            laps.session_key = last_verdict.session_key
            and laps.driver_number = last_verdict.driver_number
            and laps.lap_number = last_verdict.lap_number
            and last_verdict._rn = 1
    left join neutralised_laps
        on
            laps.session_key = neutralised_laps.session_key
            and laps.driver_number = neutralised_laps.driver_number
            and laps.lap_number = neutralised_laps.lap_number
    left join start_laps
        on
            laps.session_key = start_laps.session_key
            and laps.driver_number = start_laps.driver_number
            and laps.lap_number = start_laps.lap_number
    left join lap_phases
        on
            laps.session_key = lap_phases.session_key
            and laps.driver_number = lap_phases.driver_number
            and laps.lap_number = lap_phases.lap_number
    left join lap_stints as stints
        on
            laps.session_key = stints.session_key
            and laps.driver_number = stints.driver_number
            and laps.lap_number = stints.lap_number
            and stints._rn = 1
            and stints.is_covered
    left join recent_lap_ends as lap_ends
        on
            laps.session_key = lap_ends.session_key
            and laps.driver_number = lap_ends.driver_number
            and laps.lap_number = lap_ends.lap_number
    left join intervals
        on
            lap_ends.session_key = intervals.session_key
            and lap_ends.driver_number = intervals.driver_number
            and lap_ends.interval_micros = intervals.micros
    left join gold_analytics.lap_weather as lap_weather
        on
            laps.session_key = lap_weather.session_key
            and laps.driver_number = lap_weather.driver_number
            and laps.lap_number = lap_weather.lap_number
),

bests as (
    select
        *,
        min(case when is_timed_lap then lap_duration end) over (partition by session_key) as session_best,
        min(case when is_timed_lap then lap_duration end) over (partition by session_key, driver_number)
            as driver_best,
        min(case when is_timed_lap then lap_duration end) over (
            partition by session_key, driver_number order by lap_number
            rows between unbounded preceding and 1 preceding
        ) as driver_best_before,
        rank() over (partition by session_key, is_timed_lap order by lap_duration) as rank_in_session,
        rank() over (partition by session_key, driver_number, is_timed_lap order by lap_duration) as rank_of_driver
    from joined
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    circuit_short_name,
    driver_number,
    driver_id,
    name_acronym,
    team_id,
    team_name,
    lap_number,
    date_start,
    date_end,
    is_start_estimated,
    lap_duration,
    duration_sector_1,
    duration_sector_2,
    duration_sector_3,
    sector_completeness,
    i1_speed,
    i2_speed,
    st_speed,
    max_speed,
    is_pit_out_lap,
    is_pit_in_lap,
    is_valid_lap,
    is_deleted,
    verdict_message,
    is_timed_lap,
    is_neutralised,
    is_under_red_flag,
    is_start_lap,
    coalesce(
        is_timed_lap
        and not is_neutralised
        and not is_start_lap
        and not is_pit_in_lap
        and not coalesce(is_pit_out_lap, false),
        false
    ) as is_clean_lap,
    cast(qualifying_phase as bigint) as qualifying_phase,
    stint_number,
    compound,
    lap_in_stint,
    tyre_age,
    position,
    gap_to_leader_seconds,
    gap_to_leader_laps,
    interval_seconds,
    air_temperature,
    track_temperature,
    is_raining,
    cast(case when is_timed_lap then rank_in_session end as bigint) as lap_rank_in_session,
    cast(case when is_timed_lap then rank_of_driver end as bigint) as lap_rank_of_driver,
    (cast(cast(round((lap_duration) * 1000) as bigint) - cast(round((session_best) * 1000) as bigint) as double) / 1000) as delta_to_session_best,
    (cast(cast(round((lap_duration) * 1000) as bigint) - cast(round((driver_best) * 1000) as bigint) as double) / 1000) as delta_to_personal_best,
    coalesce(is_timed_lap and lap_duration = driver_best, false) as is_personal_best,
    coalesce(
        is_timed_lap and (driver_best_before is null or lap_duration < driver_best_before), false
    ) as is_improvement,
    coalesce(is_timed_lap and lap_duration = session_best, false) as is_session_best,
    session_name,
    batch_day
from bests
