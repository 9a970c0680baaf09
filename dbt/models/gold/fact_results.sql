{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

select
    results.session_key,
    results.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    results.driver_number,
    drivers.driver_id,
    drivers.full_name,
    drivers.name_acronym,
    drivers.team_id,
    drivers.team_name,
    results.position,
    results.is_classified,
    case
        when results.dsq then 'Disqualified'
        when results.dns then 'Did not start'
        when sessions.session_category not in ('Race', 'Sprint') then null
        when results.dnf then 'Did not finish'
        when results.position is not null then 'Finished'
        when results.dnf is not null then 'Not classified'
    end as status,
    grid.position as grid_position,
    grid.lap_duration as grid_lap_time,
    grid.position - results.position as positions_gained,
    results.points,
    results.number_of_laps,
    results.duration_seconds,
    results.duration_q1,
    results.duration_q2,
    results.duration_q3,
    results.duration_text,
    case
        when
            results.position = 1
            and results.gap_to_leader_laps is null
            and sessions.session_category not in ('Qualifying', 'Sprint Qualifying')
            then coalesce(results.gap_to_leader_seconds, 0)
        else results.gap_to_leader_seconds
    end as gap_to_leader_seconds,
    results.gap_to_leader_laps,
    results.gap_to_leader_text,
    results.dnf,
    results.dns,
    results.dsq,
    results.session_name,
    results.batch_day
from {{ session_rows(ref('silver_session_result')) }} as results
left join {{ session_rows(ref('silver_sessions')) }} as sessions
    on results.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on results.session_key = drivers.session_key and results.driver_number = drivers.driver_number
left join {{ session_rows(ref('silver_starting_grid')) }} as grid
    on results.session_key = grid.session_key and results.driver_number = grid.driver_number
