-- Stints whose first or last lap was repaired, or that still overlap the next one.
-- params: session_key integer
WITH following AS (
    SELECT
        session_key, driver_number, stint_number, compound, lap_start_raw, lap_end_raw, lap_start, lap_end, is_repaired,
        LEAD(lap_start) OVER (PARTITION BY driver_number ORDER BY stint_number) AS next_lap_start
    FROM silver_clean.silver_stints
    WHERE session_key = {session_key}
),

compared AS (
    SELECT *, COALESCE(is_repaired OR lap_end >= next_lap_start, FALSE) AS is_odd
    FROM following
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.stint_number,
    compared.compound,
    compared.lap_start_raw,
    compared.lap_end_raw,
    compared.lap_start,
    compared.lap_end,
    compared.next_lap_start,
    compared.is_repaired
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.stint_number
