SELECT
    board.leaderboard_position AS position,
    board.driver_number,
    CASE
        WHEN board.official_position IS NOT NULL THEN NULL
        WHEN board.status = 'Disqualified' THEN 'DSQ'
        WHEN board.status = 'Did not start' THEN 'DNS'
        WHEN board.status = 'Did not finish' THEN 'DNF'
        WHEN board.status = 'Not classified' THEN 'NC'
    END AS status,
    board.grid_position,
    COALESCE(results.number_of_laps, board.laps_completed) AS number_of_laps,
    CASE
        WHEN board.session_category IN ('Race', 'Sprint') THEN board.gap_to_leader_seconds
        ELSE COALESCE(board.gap_to_best_lap, board.gap_to_leader_seconds)
    END AS gap_to_leader_s,
    board.gap_to_leader_laps,
    CASE
        WHEN board.session_category IN ('Race', 'Sprint') THEN board.best_lap_time
        ELSE COALESCE(board.best_lap_time, results.duration_seconds)
    END AS best_lap_s,
    board.fastest_lap_number AS best_lap_number,
    board.best_q1 AS best_q1_s,
    board.best_q2 AS best_q2_s,
    board.best_q3 AS best_q3_s,
    summary.theoretical_best_lap_time AS theoretical_best_s,
    summary.pit_stops,
    board.points
FROM gold_analytics.session_leaderboard AS board
LEFT JOIN gold_analytics.driver_session_summary AS summary
    ON board.session_key = summary.session_key AND board.driver_number = summary.driver_number
LEFT JOIN gold_analytics.fact_results AS results
    ON board.session_key = results.session_key AND board.driver_number = results.driver_number
WHERE board.session_key = {session_key}
ORDER BY board.leaderboard_position, board.driver_number
