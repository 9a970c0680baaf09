-- How much telemetry each lap of a session has; drivers in the order of the result.
-- params: session_key integer
WITH samples AS (
    SELECT
        driver_number,
        lap_number,
        COUNT(*) AS samples,
        COUNT(x) AS located_samples,
        MAX(lap_distance_m) AS distance_m,
        MAX(x) - MIN(x) + MAX(y) - MIN(y) AS extent
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
)

SELECT
    laps.driver_number,
    laps.name_acronym,
    laps.lap_number,
    CASE
        WHEN samples.samples IS NULL AND (laps.date_start IS NULL OR laps.is_start_estimated) THEN 'none, start not known'
        WHEN samples.samples IS NULL THEN 'none'
        WHEN samples.distance_m >= 1000 AND samples.located_samples >= 20 AND samples.extent < 100 THEN 'frozen'
        WHEN samples.located_samples < 0.97 * samples.samples THEN 'partly'
        ELSE 'whole'
    END AS state,
    COALESCE(samples.samples, 0) AS samples,
    COALESCE(samples.located_samples, 0) AS located_samples,
    100.0 * samples.located_samples / samples.samples AS located_percent
FROM gold_analytics.fact_laps AS laps
LEFT JOIN samples
    ON laps.driver_number = samples.driver_number AND laps.lap_number = samples.lap_number
LEFT JOIN gold_analytics.session_leaderboard AS board
    ON laps.session_key = board.session_key AND laps.driver_number = board.driver_number
WHERE laps.session_key = {session_key}
ORDER BY board.leaderboard_position NULLS LAST, laps.driver_number, laps.lap_number
