-- Laps whose start was not sent; where it can be told from other laps, it is estimated.
-- params: session_key integer
WITH compared AS (
    SELECT
        driver_number, name_acronym, lap_number, date_start, is_start_estimated, lap_duration,
        COALESCE(date_start IS NULL OR is_start_estimated, FALSE) AS is_odd
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
)

SELECT driver_number, name_acronym, lap_number, date_start, is_start_estimated, lap_duration
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, lap_number
