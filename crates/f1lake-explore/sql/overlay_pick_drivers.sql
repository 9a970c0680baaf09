-- Drivers of a session in its order, with their best lap and the number of laps that can be overlaid.
-- params: session_key integer
WITH sampled AS (
    SELECT driver_number, lap_number
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
    HAVING COUNT(lap_distance_m) >= 100
),

laps_of AS (
    SELECT
        laps.driver_number,
        COUNT(*) AS laps,
        SUM(CASE WHEN laps.lap_duration IS NOT NULL AND sampled.lap_number IS NOT NULL THEN 1 ELSE 0 END) AS laps_usable
    FROM gold_analytics.fact_laps AS laps
    LEFT JOIN sampled
        ON laps.driver_number = sampled.driver_number AND laps.lap_number = sampled.lap_number
    WHERE laps.session_key = {session_key}
    GROUP BY laps.driver_number
)

SELECT
    summary.driver_number,
    summary.name_acronym,
    summary.full_name,
    summary.team_name,
    summary.best_lap_time,
    laps_of.laps,
    laps_of.laps_usable
FROM gold_analytics.driver_session_summary AS summary
INNER JOIN laps_of
    ON summary.driver_number = laps_of.driver_number
WHERE summary.session_key = {session_key}
ORDER BY summary.leaderboard_position NULLS LAST, summary.driver_number
