-- Laps that no stint covers.
-- params: session_key integer
WITH compared AS (
    SELECT driver_number, name_acronym, lap_number, lap_duration, stint_number IS NULL AS is_odd
    FROM gold_analytics.fact_laps
    WHERE
        session_key = {session_key}
        AND session_key IN (SELECT session_key FROM silver_clean.silver_stints WHERE session_key = {session_key})
)

SELECT driver_number, name_acronym, lap_number, lap_duration
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
