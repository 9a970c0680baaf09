-- Lap times that are a sum of two sectors or repeat an earlier lap, and do not count.
-- params: session_key integer
WITH compared AS (
    SELECT
        session_key, driver_number, lap_number, lap_duration, duration_sector_1, duration_sector_2, duration_sector_3, glitch,
        glitch IS NOT NULL AS is_odd
    FROM silver_clean.silver_laps
    WHERE session_key = {session_key} AND lap_duration IS NOT NULL
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.lap_number,
    compared.glitch,
    compared.lap_duration,
    compared.duration_sector_1,
    compared.duration_sector_2,
    compared.duration_sector_3
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.lap_number
