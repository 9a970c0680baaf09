-- One lap of a driver.
SELECT
    telemetry.driver_number,
    telemetry.lap_number,
    laps.lap_duration AS lap_duration_s,
    laps.duration_sector_1 AS sector_1_s,
    laps.duration_sector_2 AS sector_2_s,
    laps.duration_sector_3 AS sector_3_s,
    telemetry.lap_distance_m,
    telemetry.lap_time_s,
    telemetry.speed,
    telemetry.throttle,
    telemetry.brake,
    telemetry.n_gear,
    telemetry.x,
    telemetry.y
FROM gold_analytics.fact_lap_telemetry AS telemetry
INNER JOIN gold_analytics.fact_laps AS laps
    ON
        telemetry.session_key = laps.session_key
        AND telemetry.driver_number = laps.driver_number
        AND telemetry.lap_number = laps.lap_number
WHERE
    telemetry.session_key = {session_key}
    AND telemetry.driver_number = {driver_number}
    AND telemetry.lap_number = {lap_number}
ORDER BY telemetry.date
