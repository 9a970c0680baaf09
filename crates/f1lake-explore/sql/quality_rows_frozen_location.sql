-- Laps of at least 1 km during which the location did not move 10 m.
-- params: session_key integer
WITH laps AS (
    SELECT
        driver_number,
        MAX(name_acronym) AS name_acronym,
        lap_number,
        COUNT(x) AS located_samples,
        ROUND(MAX(lap_distance_m)) AS distance_m,
        MAX(lap_distance_m) AS exact_distance_m,
        MAX(x) - MIN(x) + MAX(y) - MIN(y) AS extent
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
),

compared AS (
    SELECT *, extent < 100 AS is_odd
    FROM laps
    WHERE exact_distance_m >= 1000 AND located_samples >= 20
)

SELECT driver_number, name_acronym, lap_number, distance_m, extent / 10.0 AS moved_m, located_samples
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
