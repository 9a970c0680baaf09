-- Drivers whose points in a race or sprint do not match their position.
-- params: session_key integer
WITH compared AS (
    SELECT
        driver_number, name_acronym, position, points, points_of_place, has_fastest_lap_point,
        NOT COALESCE(is_fitting, FALSE) AS is_odd
    FROM gold_analytics.fact_points
    WHERE session_key = {session_key}
)

SELECT driver_number, name_acronym, position, points, points_of_place, has_fastest_lap_point
FROM compared
WHERE compared.is_odd
ORDER BY position NULLS LAST, driver_number
