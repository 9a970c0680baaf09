-- Laps missing between the first lap and the last one of a driver.
-- params: session_key integer
WITH driven AS (
    SELECT
        session_key,
        driver_number,
        MAX(name_acronym) AS name_acronym,
        MIN(lap_number) AS first_lap,
        MAX(lap_number) AS last_lap
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY session_key, driver_number
),

expected AS (
    SELECT session_key, driver_number, name_acronym, UNNEST(GENERATE_SERIES(first_lap, last_lap)) AS lap_number
    FROM driven
),

compared AS (
    SELECT expected.driver_number, expected.name_acronym, expected.lap_number, laps.lap_number IS NULL AS is_odd
    FROM expected
    LEFT JOIN gold_analytics.fact_laps AS laps
        ON
            expected.session_key = laps.session_key
            AND expected.driver_number = laps.driver_number
            AND expected.lap_number = laps.lap_number
)

SELECT driver_number, name_acronym, lap_number
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
