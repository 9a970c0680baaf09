-- Best times of practice and of the parts of qualifying are those of the official result, which has none of the disqualified.
{{ config(severity=var('official_differences', 'warn')) }}

select
    board.session_key,
    board.driver_number,
    board.best_lap_time,
    results.duration_seconds,
    board.best_q1,
    results.duration_q1,
    board.best_q2,
    results.duration_q2,
    board.best_q3,
    results.duration_q3
from {{ ref('session_leaderboard') }} as board
inner join {{ ref('fact_results') }} as results
    on board.session_key = results.session_key and board.driver_number = results.driver_number
where
    not coalesce(results.dsq, false)
    and ((
        board.timing_source = 'best_lap_by_phase'
        and (
            (board.best_q1 is distinct from results.duration_q1)
            or (board.best_q2 is distinct from results.duration_q2)
            or (board.best_q3 is distinct from results.duration_q3)
        )
    )
    or (
        board.timing_source = 'best_lap'
        and board.session_category not in ('Qualifying', 'Sprint Qualifying')
        and (board.best_lap_time is distinct from results.duration_seconds)
    ))
