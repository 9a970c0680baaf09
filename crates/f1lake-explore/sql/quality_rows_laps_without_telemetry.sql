-- Timed laps without telemetry, of drivers who have some.
-- params: session_key integer
WITH telemetry AS (
    SELECT driver_number, lap_number, COUNT(*) AS samples
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
),

compared AS (
    SELECT
        laps.driver_number, laps.name_acronym, laps.lap_number, laps.lap_duration, laps.date_start,
        telemetry.samples IS NULL AS is_odd
    FROM gold_analytics.fact_laps AS laps
    LEFT JOIN telemetry
        ON laps.driver_number = telemetry.driver_number AND laps.lap_number = telemetry.lap_number
    WHERE
        laps.session_key = {session_key}
        AND laps.is_timed_lap
        AND laps.driver_number IN (SELECT driver_number FROM telemetry)
)

SELECT driver_number, name_acronym, lap_number, lap_duration, date_start
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
