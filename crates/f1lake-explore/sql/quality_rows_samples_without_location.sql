-- Telemetry samples without a location within 0.5 s.
-- params: session_key integer
WITH compared AS (
    SELECT driver_number, name_acronym, lap_number, lap_time_s, lap_distance_m, speed, date, x IS NULL AS is_odd
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
)

SELECT driver_number, name_acronym, lap_number, lap_time_s, ROUND(lap_distance_m, 1) AS lap_distance_m, speed, date
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, date
