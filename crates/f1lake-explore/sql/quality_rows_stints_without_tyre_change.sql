-- Stints of the API that no change of tyres separates from the one before, and the set of tyres that they were merged into.
-- params: session_key integer
WITH sets AS (
    SELECT
        session_key, driver_number, stint_number AS set_number, compound AS set_compound, api_stints,
        SUM(api_stints) OVER (PARTITION BY driver_number ORDER BY stint_number) AS last_sent
    FROM gold_analytics.tyre_stints
    WHERE session_key = {session_key}
),

sent AS (
    SELECT
        session_key, driver_number, stint_number, compound, lap_start, lap_end, tyre_age_at_start, is_age_continued,
        ROW_NUMBER() OVER (PARTITION BY driver_number ORDER BY stint_number) AS sent_order
    FROM silver_clean.silver_stints
    WHERE session_key = {session_key}
),

compared AS (
    SELECT
        sent.*,
        sets.set_number,
        sets.set_compound,
        sent.sent_order > sets.last_sent - sets.api_stints + 1 AS is_odd
    FROM sent
    INNER JOIN sets
        ON
            sent.driver_number = sets.driver_number
            AND sent.sent_order > sets.last_sent - sets.api_stints
            AND sent.sent_order <= sets.last_sent
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.stint_number,
    compared.compound,
    compared.lap_start,
    compared.lap_end,
    compared.tyre_age_at_start,
    compared.is_age_continued,
    compared.set_number,
    compared.set_compound
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.stint_number
