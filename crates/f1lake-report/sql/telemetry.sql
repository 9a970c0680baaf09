-- The best lap of each of the ten fastest drivers, or of one driver.
WITH with_telemetry AS (
    SELECT driver_number, lap_number
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}{of_driver} AND lap_distance_m IS NOT NULL AND speed IS NOT NULL
    GROUP BY driver_number, lap_number
    HAVING COUNT(*) >= 50
),

ranked AS (
    SELECT
        laps.driver_number,
        laps.lap_number,
        laps.lap_duration,
        laps.duration_sector_1,
        laps.duration_sector_2,
        laps.duration_sector_3,
        ROW_NUMBER() OVER (PARTITION BY laps.driver_number ORDER BY laps.lap_duration, laps.lap_number) AS _rn
    FROM gold_analytics.fact_laps AS laps
    INNER JOIN with_telemetry
        ON laps.driver_number = with_telemetry.driver_number AND laps.lap_number = with_telemetry.lap_number
    WHERE laps.session_key = {session_key} AND laps.is_timed_lap
),

best AS (
    SELECT driver_number, lap_number, lap_duration, duration_sector_1, duration_sector_2, duration_sector_3
    FROM ranked
    WHERE _rn = 1
    ORDER BY lap_duration, driver_number
    LIMIT 10
)

SELECT
    telemetry.driver_number,
    telemetry.lap_number,
    best.lap_duration AS lap_duration_s,
    best.duration_sector_1 AS sector_1_s,
    best.duration_sector_2 AS sector_2_s,
    best.duration_sector_3 AS sector_3_s,
    telemetry.lap_distance_m,
    telemetry.lap_time_s,
    telemetry.speed,
    telemetry.throttle,
    telemetry.brake,
    telemetry.n_gear,
    telemetry.x,
    telemetry.y
FROM gold_analytics.fact_lap_telemetry AS telemetry
INNER JOIN best
    ON telemetry.driver_number = best.driver_number AND telemetry.lap_number = best.lap_number
WHERE telemetry.session_key = {session_key}
ORDER BY best.lap_duration, telemetry.driver_number, telemetry.date
