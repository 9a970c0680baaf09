-- Drivers whose number of laps is not that of the official result.
-- params: session_key integer
WITH compared AS (
    SELECT
        board.driver_number,
        board.name_acronym,
        board.status,
        board.laps_completed,
        results.number_of_laps,
        COALESCE(board.laps_completed <> results.number_of_laps, FALSE) AS is_odd
    FROM gold_analytics.fact_results AS results
    INNER JOIN gold_analytics.session_leaderboard AS board
        ON results.session_key = board.session_key AND results.driver_number = board.driver_number
    WHERE
        results.session_key = {session_key}
        AND results.session_category IN ('Race', 'Sprint')
        AND results.number_of_laps IS NOT NULL
        AND results.session_key IN (SELECT session_key FROM gold_analytics.fact_laps WHERE session_key = {session_key})
)

SELECT driver_number, name_acronym, status, laps_completed, number_of_laps
FROM compared
WHERE compared.is_odd
ORDER BY driver_number
