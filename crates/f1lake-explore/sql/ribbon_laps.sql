-- When the first car began each lap of a session, and when the first and the last car ended it.
-- params: session_key integer
SELECT
    lap_number,
    MIN(date_start) AS date_start,
    MIN(date_end) AS date_end,
    MAX(date_end) AS date_last_end,
    COUNT(*) AS cars
FROM gold_analytics.fact_laps
WHERE session_key = {session_key}
GROUP BY lap_number
ORDER BY lap_number
