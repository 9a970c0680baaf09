-- Telemetry of one lap.
-- params: lap integer, session_key integer, driver_number integer, lap_number integer
SELECT
    CAST({lap} AS BIGINT) AS lap,
    lap_time_s,
    lap_distance_m,
    speed,
    throttle,
    brake,
    n_gear,
    x,
    y
FROM gold_analytics.fact_lap_telemetry
WHERE session_key = {session_key} AND driver_number = {driver_number} AND lap_number = {lap_number}
