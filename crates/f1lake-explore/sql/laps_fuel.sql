-- The fuel that lap_pace assumes for a race: at the start, and the time that a kilogram costs a lap.
-- params: session_key integer
WITH distance AS (
    SELECT MAX(laps) AS laps
    FROM (
        SELECT lap_number AS laps
        FROM gold_analytics.fact_laps
        WHERE session_key = {session_key}
        UNION ALL
        SELECT number_of_laps AS laps
        FROM gold_analytics.fact_results
        WHERE session_key = {session_key}
    ) AS counts
)

SELECT
    distance.laps,
    ROUND(MAX(pace.fuel_kg * 2 * distance.laps / (2 * (distance.laps - pace.lap_number) + 1)), 3) AS fuel_kg,
    MAX(pace.fuel_seconds_per_kg) AS seconds_per_kg,
    COUNT(pace.degradation) > 0 AS has_tyre_slopes
FROM distance
LEFT JOIN gold_analytics.lap_pace AS pace
    ON pace.session_key = {session_key}
GROUP BY distance.laps
ORDER BY distance.laps
