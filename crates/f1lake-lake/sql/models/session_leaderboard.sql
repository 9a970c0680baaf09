with laps as (
    select
        session_key,
        driver_number,
        min(case when is_timed_lap then lap_duration end) as best_lap_time,
        min(case when is_personal_best then lap_number end) as fastest_lap_number,
        -- A lap without a time is completed where another one follows.
        max(case when lap_duration is not null or lap_number < last_lap then lap_number else 0 end) as laps_completed,
        max(case when lap_duration is not null or lap_number < last_lap then cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) end)
            as last_end_micros,
        count(case when is_deleted then 1 end) as deleted_laps,
        max(qualifying_phase) as last_phase,
        min(case when is_timed_lap and qualifying_phase = 1 then lap_duration end) as best_q1,
        min(case when is_timed_lap and qualifying_phase = 2 then lap_duration end) as best_q2,
        min(case when is_timed_lap and qualifying_phase = 3 then lap_duration end) as best_q3,
        min(case when is_personal_best then cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) end) as best_set_micros,
        min(case when qualifying_phase = 1 and is_phase_best then cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) end) as q1_set_micros,
        min(case when qualifying_phase = 2 and is_phase_best then cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) end) as q2_set_micros,
        min(case when qualifying_phase = 3 and is_phase_best then cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) end) as q3_set_micros
    from (
        select
            *,
            max(lap_number) over (partition by session_key, driver_number) as last_lap,
            is_timed_lap and lap_duration = min(case when is_timed_lap then lap_duration end) over (
                partition by session_key, driver_number, qualifying_phase
            ) as is_phase_best
        from gold_analytics.fact_laps
    ) as all_laps
    group by session_key, driver_number
),

fastest_laps as (
    select session_key, driver_number, lap_number, compound, tyre_age
    from gold_analytics.fact_laps
    where is_personal_best
),

results as (
    select
        session_key, driver_number, position, points, status, number_of_laps, is_classified, dns, dsq,
        grid_position, positions_gained, gap_to_leader_seconds, gap_to_leader_laps
    from gold_analytics.fact_results
),

positions as (
    select
        session_key,
        driver_number,
        position,
        row_number() over (
            partition by session_key, driver_number order by date desc
        ) as _rn
    from silver_clean.silver_position
),

participants as (
    select session_key, driver_number from laps
    union
    select session_key, driver_number from results
),

session_laps as (
    select session_key, count(best_lap_time) as timed, max(last_phase) as last_phase
    from laps
    group by session_key
),

session_results as (
    select session_key, count(position) as classified
    from results
    group by session_key
),

-- What orders a session is decided for all of its drivers at once.
session_order as (
    select
        sessions.session_key,
        sessions.meeting_key,
        sessions.session_name,
        sessions.session_category,
        sessions.year as season,
        sessions.batch_day,
        sessions.session_category in ('Race', 'Sprint') as is_race,
        sessions.session_category in ('Qualifying', 'Sprint Qualifying') and coalesce(laps.last_phase > 1, false)
            as is_by_phase,
        coalesce(laps.timed > 0, false) as has_laps,
        coalesce(results.classified > 0, false) as has_result,
        laps.session_key is not null as is_recorded,
        case
            when sessions.session_category in ('Race', 'Sprint') then 'laps_and_position'
            when sessions.session_category in ('Qualifying', 'Sprint Qualifying') and laps.last_phase > 1
                then 'best_lap_by_phase'
            else 'best_lap'
        end as timing_source
    from silver_clean.silver_sessions as sessions
    left join session_laps as laps
        on sessions.session_key = laps.session_key
    left join session_results as results
        on sessions.session_key = results.session_key
),

joined as (
    select
        participants.session_key,
        participants.driver_number,
        session_order.meeting_key,
        session_order.session_name,
        session_order.session_category,
        session_order.season,
        session_order.batch_day,
        session_order.is_race,
        session_order.has_result,
        session_order.timing_source,
        drivers.driver_id,
        drivers.full_name,
        drivers.name_acronym,
        drivers.team_id,
        drivers.team_name,
        drivers.team_colour,
        laps.best_lap_time,
        laps.fastest_lap_number,
        case when session_order.is_recorded then coalesce(laps.laps_completed, 0) end as laps_completed,
        laps.deleted_laps,
        laps.last_phase,
        laps.best_q1,
        laps.best_q2,
        laps.best_q3,
        fastest_laps.compound as fastest_lap_compound,
        fastest_laps.tyre_age as fastest_lap_tyre_age,
        results.position as official_position,
        coalesce(results.is_classified, false) as is_classified,
        results.status,
        results.points,
        results.grid_position,
        results.positions_gained,
        results.gap_to_leader_seconds,
        results.gap_to_leader_laps,
        results.number_of_laps,
        positions.position as last_position,
        session_order.has_laps,
        -- The official order: classified, then who did not finish by laps, who did not start, who was disqualified.
        case
            when results.is_classified then 0
            when results.dsq then 3
            when results.dns then 2
            when results.driver_number is not null then 1
            else 4
        end as official_1,
        case
            when results.is_classified then results.position
            when session_order.is_race then -results.number_of_laps
        end as official_2,
        -- The order by timing: races by laps, position, time; qualifying by phase and its best lap; others by best lap. Of equal
        -- times the one that was set first is ahead.
        cast(case
            when session_order.is_race then -coalesce(laps.laps_completed, 0)
            when session_order.is_by_phase then -laps.last_phase
            else laps.best_lap_time
        end as double) as timing_1,
        cast(case
            when session_order.is_race then positions.position
            when not session_order.is_by_phase then laps.best_set_micros
            when laps.last_phase = 3 then laps.best_q3
            when laps.last_phase = 2 then laps.best_q2
            else laps.best_q1
        end as double) as timing_2,
        cast(case
            when session_order.is_race then laps.last_end_micros
            when not session_order.is_by_phase then 0
            when laps.last_phase = 3 then case when laps.best_q3 is null then laps.best_q2 else laps.q3_set_micros end
            when laps.last_phase = 2 then case when laps.best_q2 is null then laps.best_q1 else laps.q2_set_micros end
            else laps.q1_set_micros
        end as double) as timing_3
    from participants
    inner join session_order
        on participants.session_key = session_order.session_key
    left join silver_clean.silver_drivers as drivers
        on participants.session_key = drivers.session_key and participants.driver_number = drivers.driver_number
    left join laps
        on participants.session_key = laps.session_key and participants.driver_number = laps.driver_number
    left join fastest_laps
        on
            laps.session_key = fastest_laps.session_key
            and laps.driver_number = fastest_laps.driver_number
            and laps.fastest_lap_number = fastest_laps.lap_number
    left join results
        on participants.session_key = results.session_key and participants.driver_number = results.driver_number
    left join positions
        on
            participants.session_key = positions.session_key
            and participants.driver_number = positions.driver_number
            and positions._rn = 1
),

ranked as (
    select
        *,
        -- Outside races the result says nothing of those without a place: they stand by their times.
        rank() over (
            partition by session_key
            order by
                official_1, official_2 nulls last,
                case when not is_race and official_1 > 0 then timing_1 end nulls last,
                case when not is_race and official_1 > 0 then timing_2 end nulls last,
                case when not is_race and official_1 > 0 then timing_3 end nulls last
        ) as official_rank,
        rank() over (
            partition by session_key
            order by timing_1 nulls last, timing_2 nulls last, timing_3 nulls last
        ) as timing_rank,
        rank() over (partition by session_key order by best_lap_time asc nulls last) as rank_of_best,
        min(case when is_classified or not has_result then best_lap_time end) over (partition by session_key)
            as session_best
    from joined
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    cast(case when has_result then official_rank else timing_rank end as bigint) as leaderboard_position,
    case when has_result then 'official_result' else timing_source end as order_source,
    cast(case when has_laps then timing_rank end as bigint) as timing_position,
    case when has_laps then timing_source end as timing_source,
    driver_number,
    driver_id,
    full_name,
    name_acronym,
    team_id,
    team_name,
    team_colour,
    best_lap_time,
    fastest_lap_number,
    fastest_lap_compound,
    fastest_lap_tyre_age,
    cast(case when best_lap_time is not null then rank_of_best end as bigint) as best_lap_rank,
    (cast(cast(round((best_lap_time) * 1000) as bigint) - cast(round((session_best) * 1000) as bigint) as double) / 1000) as gap_to_best_lap,
    best_q1,
    best_q2,
    best_q3,
    last_phase,
    laps_completed,
    cast(deleted_laps as bigint) as deleted_laps,
    official_position,
    status,
    points,
    grid_position,
    positions_gained,
    last_position,
    gap_to_leader_seconds,
    gap_to_leader_laps,
    session_name,
    batch_day
from ranked
