-- Listed drivers without a lap.
-- params: session_key integer
WITH driven AS (
    SELECT session_key, driver_number, COUNT(*) AS laps
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY session_key, driver_number
),

sessions_with_laps AS (
    SELECT DISTINCT session_key
    FROM driven
),

compared AS (
    SELECT
        drivers.driver_number, drivers.name_acronym, drivers.full_name, drivers.team_name, driven.laps IS NULL AS is_odd
    FROM silver_clean.silver_drivers AS drivers
    INNER JOIN sessions_with_laps
        ON drivers.session_key = sessions_with_laps.session_key
    LEFT JOIN driven
        ON drivers.driver_number = driven.driver_number
    WHERE drivers.session_key = {session_key}
)

SELECT driver_number, name_acronym, full_name, team_name
FROM compared
WHERE compared.is_odd
ORDER BY driver_number
