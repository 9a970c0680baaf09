-- Best times of practice and of the parts of qualifying are those of the official result, which has none of the disqualified.

select * from (select
    board.session_key,
    board.driver_number,
    board.best_lap_time,
    official.duration_seconds,
    board.best_q1,
    official.duration_q1,
    board.best_q2,
    official.duration_q2,
    board.best_q3,
    official.duration_q3,
    case
        when
            board.timing_source = 'best_lap'
            then (board.best_lap_time is distinct from official.duration_seconds)
        else
            (board.best_q1 is distinct from official.duration_q1)
            or (board.best_q2 is distinct from official.duration_q2)
            or (board.best_q3 is distinct from official.duration_q3)
    end as is_odd
from gold_analytics.session_leaderboard as board
inner join gold_analytics.fact_results as official
    on board.session_key = official.session_key and board.driver_number = official.driver_number
where
    not coalesce(official.dsq, false)
    and (
        board.timing_source = 'best_lap_by_phase'
        or (board.timing_source = 'best_lap' and board.session_category not in ('Qualifying', 'Sprint Qualifying'))
    )) as compared
where is_odd
