-- Laps whose three sectors differ from the lap time by 0.01 s or more.
-- params: session_key integer
WITH laps AS (
    SELECT
        driver_number, name_acronym, lap_number, lap_duration, duration_sector_1, duration_sector_2, duration_sector_3,
        CAST(ROUND(lap_duration * 1000) AS BIGINT) - CAST(ROUND(duration_sector_1 * 1000) AS BIGINT)
        - CAST(ROUND(duration_sector_2 * 1000) AS BIGINT) - CAST(ROUND(duration_sector_3 * 1000) AS BIGINT) AS difference_ms
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND sector_completeness = 3 AND lap_duration IS NOT NULL
),

compared AS (
    SELECT *, ABS(difference_ms) >= 10 AS is_odd
    FROM laps
)

SELECT
    driver_number, name_acronym, lap_number, lap_duration, duration_sector_1, duration_sector_2, duration_sector_3,
    difference_ms / 1000.0 AS difference_s
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
