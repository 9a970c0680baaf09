-- Cars with laps that the list of drivers does not have.
-- params: session_key integer
WITH compared AS (
    SELECT
        driver_number,
        COUNT(*) AS laps,
        MIN(lap_number) AS first_lap,
        MAX(lap_number) AS last_lap,
        MAX(CASE WHEN driver_id IS NULL AND name_acronym IS NULL THEN 1 ELSE 0 END) = 1 AS is_odd
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number
)

SELECT driver_number, laps, first_lap, last_lap
FROM compared
WHERE compared.is_odd
ORDER BY driver_number
