-- Distance at the official times of each clean lap: between the samples around a line, and on from the last second to the end.
WITH laps AS (
    SELECT
        driver_number,
        lap_number,
        lap_duration,
        duration_sector_1 AS line_1_s,
        duration_sector_1 + duration_sector_2 AS line_2_s
    FROM gold_analytics.fact_laps
    WHERE
        session_key = {session_key}
        AND is_clean_lap
        AND ABS(duration_sector_1 + duration_sector_2 + duration_sector_3 - lap_duration) <= 0.0101
),

samples AS (
    SELECT driver_number, lap_number, lap_time_s, lap_distance_m
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key} AND lap_distance_m IS NOT NULL
),

around AS (
    SELECT
        laps.driver_number,
        laps.lap_number,
        laps.lap_duration,
        laps.line_1_s,
        laps.line_2_s,
        MAX(CASE WHEN samples.lap_time_s <= laps.line_1_s THEN samples.lap_time_s END) AS before_1_s,
        MAX(CASE WHEN samples.lap_time_s <= laps.line_1_s THEN samples.lap_distance_m END) AS before_1_m,
        MIN(CASE WHEN samples.lap_time_s > laps.line_1_s THEN samples.lap_time_s END) AS after_1_s,
        MIN(CASE WHEN samples.lap_time_s > laps.line_1_s THEN samples.lap_distance_m END) AS after_1_m,
        MAX(CASE WHEN samples.lap_time_s <= laps.line_2_s THEN samples.lap_time_s END) AS before_2_s,
        MAX(CASE WHEN samples.lap_time_s <= laps.line_2_s THEN samples.lap_distance_m END) AS before_2_m,
        MIN(CASE WHEN samples.lap_time_s > laps.line_2_s THEN samples.lap_time_s END) AS after_2_s,
        MIN(CASE WHEN samples.lap_time_s > laps.line_2_s THEN samples.lap_distance_m END) AS after_2_m,
        MIN(CASE WHEN samples.lap_time_s >= laps.lap_duration - 1 THEN samples.lap_time_s END) AS near_s,
        MIN(CASE WHEN samples.lap_time_s >= laps.lap_duration - 1 THEN samples.lap_distance_m END) AS near_m,
        MAX(samples.lap_time_s) AS last_s,
        MAX(samples.lap_distance_m) AS last_m
    FROM laps
    INNER JOIN samples
        ON laps.driver_number = samples.driver_number AND laps.lap_number = samples.lap_number
    WHERE samples.lap_time_s <= laps.lap_duration
    GROUP BY laps.driver_number, laps.lap_number, laps.lap_duration, laps.line_1_s, laps.line_2_s
    HAVING COUNT(*) >= 50
)

SELECT
    driver_number,
    lap_number,
    before_1_m + (after_1_m - before_1_m) * (line_1_s - before_1_s) / NULLIF(after_1_s - before_1_s, 0) AS line_1_m,
    before_2_m + (after_2_m - before_2_m) * (line_2_s - before_2_s) / NULLIF(after_2_s - before_2_s, 0) AS line_2_m,
    last_m + (last_m - near_m) * (lap_duration - last_s) / NULLIF(last_s - near_s, 0) AS length_m
FROM around
ORDER BY driver_number, lap_number
