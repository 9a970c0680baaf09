{{ config(
    meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'teammate_number'], 'partition_by': []}
) }}

with drivers as (
    select
        summary.session_key,
        summary.meeting_key,
        summary.session_category,
        summary.season,
        summary.driver_number,
        summary.driver_id,
        summary.name_acronym,
        summary.team_id,
        summary.team_name,
        summary.leaderboard_position,
        summary.official_position,
        summary.grid_position,
        summary.points,
        summary.status,
        summary.best_lap_time,
        summary.session_name,
        -- Without laps the result tells: who is in it and did not stay away drove, in a race also without a place.
        summary.laps > 0
        or (
            results.session_key is not null
            and coalesce(results.status, '') <> 'Did not start'
            and (
                results.position is not null
                or coalesce(results.number_of_laps > 0, false)
                or (summary.session_category in ('Race', 'Sprint') and results.status is not null)
            )
        ) as has_run
    from {{ session_rows(ref('driver_session_summary')) }} as summary
    left join {{ session_rows(ref('fact_results')) }} as results
        on summary.session_key = results.session_key and summary.driver_number = results.driver_number
    where summary.team_id is not null
),

-- A driver who is listed with two numbers is nobody's teammate but that of the others.
pairs as (
    select
        drivers.*,
        mates.driver_number as teammate_number,
        mates.driver_id as teammate_id,
        mates.name_acronym as teammate_acronym,
        mates.leaderboard_position as teammate_leaderboard_position,
        mates.official_position as teammate_position,
        mates.grid_position as teammate_grid_position,
        mates.points as teammate_points,
        mates.status as teammate_status,
        mates.best_lap_time as teammate_best_lap_time,
        mates.has_run as teammate_has_run
    from drivers
    inner join drivers as mates
        on
            drivers.session_key = mates.session_key
            and drivers.team_id = mates.team_id
            and drivers.driver_number <> mates.driver_number
    where coalesce(drivers.driver_id <> mates.driver_id, true)
),

-- The last part in which both have a time.
parts as (
    select
        own.session_key,
        own.driver_number,
        other.driver_number as teammate_number,
        own.qualifying_phase,
        own.best_lap_time,
        other.best_lap_time as teammate_time,
        row_number() over (
            partition by own.session_key, own.driver_number, other.driver_number order by own.qualifying_phase desc
        ) as _rn
    from {{ session_rows(ref('qualifying_summary')) }} as own
    inner join {{ session_rows(ref('qualifying_summary')) }} as other
        on
            own.session_key = other.session_key
            and own.team_id = other.team_id
            and own.qualifying_phase = other.qualifying_phase
            and own.driver_number <> other.driver_number
    where own.best_lap_time is not null and other.best_lap_time is not null
),

clean_laps as (
    select session_key, driver_number, team_id, lap_number, {{ millis('lap_duration') }} as lap_ms
    from {{ session_rows(ref('fact_laps')) }}
    where session_category in ('Race', 'Sprint') and is_clean_lap and team_id is not null
),

paces as (
    select
        own.session_key,
        own.driver_number,
        other.driver_number as teammate_number,
        count(*) as shared_laps,
        median(cast(own.lap_ms - other.lap_ms as double)) / 1000 as gap_s,
        median(cast(other.lap_ms as double)) / 1000 as teammate_lap_time
    from clean_laps as own
    inner join clean_laps as other
        on
            own.session_key = other.session_key
            and own.team_id = other.team_id
            and own.lap_number = other.lap_number
            and own.driver_number <> other.driver_number
    group by own.session_key, own.driver_number, other.driver_number
)

select
    pairs.session_key,
    pairs.meeting_key,
    pairs.session_category,
    pairs.season,
    sessions.circuit_short_name,
    pairs.team_id,
    pairs.team_name,
    pairs.driver_number,
    pairs.driver_id,
    pairs.name_acronym,
    pairs.teammate_number,
    pairs.teammate_id,
    pairs.teammate_acronym,
    case
        when pairs.has_run and pairs.teammate_has_run then 'both ran'
        when pairs.has_run then 'teammate did not run'
        when pairs.teammate_has_run then 'driver did not run'
        else 'neither ran'
    end as comparison,
    case
        when pairs.has_run and pairs.teammate_has_run
            then pairs.leaderboard_position < pairs.teammate_leaderboard_position
    end as is_ahead,
    case
        when pairs.session_category in ('Race', 'Sprint')
            then coalesce(pairs.status = 'Finished' and pairs.teammate_status = 'Finished', false)
    end as have_both_finished,
    pairs.official_position as position,
    pairs.teammate_position,
    pairs.status,
    pairs.teammate_status,
    pairs.grid_position,
    pairs.teammate_grid_position,
    pairs.points,
    pairs.teammate_points,
    pairs.best_lap_time,
    pairs.teammate_best_lap_time,
    {{ time_difference('pairs.best_lap_time', 'pairs.teammate_best_lap_time') }} as best_lap_gap_s,
    parts.qualifying_phase,
    parts.best_lap_time as qualifying_time,
    parts.teammate_time as teammate_qualifying_time,
    {{ time_difference('parts.best_lap_time', 'parts.teammate_time') }} as qualifying_gap_s,
    {{ ratio(time_difference('parts.best_lap_time', 'parts.teammate_time'), 'parts.teammate_time') }} * 100
        as qualifying_gap_percent,
    case
        when pairs.session_category in ('Race', 'Sprint') then coalesce(cast(paces.shared_laps as bigint), 0)
    end as shared_clean_laps,
    case when paces.shared_laps >= 5 then paces.gap_s end as race_pace_gap_s,
    case when paces.shared_laps >= 5 then {{ ratio('paces.gap_s', 'paces.teammate_lap_time') }} * 100 end
        as race_pace_gap_percent,
    pairs.session_name
from pairs
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on pairs.session_key = sessions.session_key
left join parts
    on
        pairs.session_key = parts.session_key
        and pairs.driver_number = parts.driver_number
        and pairs.teammate_number = parts.teammate_number
        and parts._rn = 1
left join paces
    on
        pairs.session_key = paces.session_key
        and pairs.driver_number = paces.driver_number
        and pairs.teammate_number = paces.teammate_number
