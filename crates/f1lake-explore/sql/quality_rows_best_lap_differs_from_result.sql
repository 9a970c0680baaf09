-- Drivers whose best lap is not the official one, in practice and qualifying.
-- params: session_key integer
WITH compared AS (
    SELECT
        board.driver_number,
        board.name_acronym,
        board.best_lap_time,
        official.duration_seconds,
        board.best_q1,
        official.duration_q1,
        board.best_q2,
        official.duration_q2,
        board.best_q3,
        official.duration_q3,
        CASE
            WHEN board.timing_source = 'best_lap'
                THEN (board.best_lap_time IS DISTINCT FROM official.duration_seconds)
            ELSE
                (board.best_q1 IS DISTINCT FROM official.duration_q1)
                OR (board.best_q2 IS DISTINCT FROM official.duration_q2)
                OR (board.best_q3 IS DISTINCT FROM official.duration_q3)
        END AS is_odd
    FROM gold_analytics.session_leaderboard AS board
    INNER JOIN gold_analytics.fact_results AS official
        ON board.session_key = official.session_key AND board.driver_number = official.driver_number
    WHERE
        board.session_key = {session_key}
        AND NOT COALESCE(official.dsq, FALSE)
        AND (
            board.timing_source = 'best_lap_by_phase'
            OR (
                board.timing_source = 'best_lap'
                AND board.session_category NOT IN ('Qualifying', 'Sprint Qualifying')
            )
        )
)

SELECT
    driver_number, name_acronym, best_lap_time, duration_seconds, best_q1, duration_q1, best_q2, duration_q2, best_q3, duration_q3
FROM compared
WHERE compared.is_odd
ORDER BY driver_number
