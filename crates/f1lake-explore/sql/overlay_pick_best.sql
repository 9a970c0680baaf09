-- The best lap with telemetry of each of the first two drivers of a session.
-- params: session_key integer
WITH sampled AS (
    SELECT driver_number, lap_number
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
    HAVING COUNT(lap_distance_m) >= 100
),

ranked AS (
    SELECT
        laps.session_key,
        laps.driver_number,
        laps.lap_number,
        laps.lap_duration,
        leaderboard.leaderboard_position,
        ROW_NUMBER() OVER (
            PARTITION BY laps.driver_number
            ORDER BY laps.is_timed_lap DESC, laps.lap_duration, laps.lap_number
        ) AS lap_rank
    FROM gold_analytics.fact_laps AS laps
    INNER JOIN sampled
        ON laps.driver_number = sampled.driver_number AND laps.lap_number = sampled.lap_number
    LEFT JOIN gold_analytics.session_leaderboard AS leaderboard
        ON laps.session_key = leaderboard.session_key AND laps.driver_number = leaderboard.driver_number
    WHERE laps.session_key = {session_key} AND laps.lap_duration IS NOT NULL
)

SELECT
    session_key,
    driver_number,
    lap_number,
    lap_duration,
    leaderboard_position
FROM ranked
WHERE lap_rank = 1
ORDER BY leaderboard_position NULLS LAST, lap_duration, driver_number
LIMIT 2
