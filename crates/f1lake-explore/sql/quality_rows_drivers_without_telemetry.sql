-- Drivers with laps but without car data or location, where telemetry was requested.
-- params: session_key integer
WITH driven AS (
    SELECT driver_number, MAX(name_acronym) AS name_acronym, COUNT(*) AS laps
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number
),

asked AS (
    SELECT DISTINCT table_name
    FROM bronze_raw.bronze_loads
    WHERE session_key = {session_key} AND table_name IN ('bronze_car_data', 'bronze_locations')
),

received AS (
    SELECT DISTINCT driver_number, 'bronze_car_data' AS table_name
    FROM silver_clean.silver_car_data
    WHERE session_key = {session_key}
    UNION ALL
    SELECT DISTINCT driver_number, 'bronze_locations' AS table_name
    FROM silver_clean.silver_locations
    WHERE session_key = {session_key}
),

compared AS (
    SELECT
        asked.table_name, driven.driver_number, driven.name_acronym, driven.laps, received.driver_number IS NULL AS is_odd
    FROM driven
    CROSS JOIN asked
    LEFT JOIN received
        ON driven.driver_number = received.driver_number AND asked.table_name = received.table_name
)

SELECT table_name, driver_number, name_acronym, laps
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, table_name
