-- Neutralisations of a race without an end though the race went on for 15 minutes.
-- params: session_key integer
WITH finishes AS (
    SELECT MIN(date) AS date
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key} AND event = 'chequered_flag'
),

compared AS (
    SELECT
        neutralisations.neutralisation_number,
        neutralisations.kind,
        neutralisations.date_start,
        neutralisations.first_lap,
        neutralisations.reason,
        finishes.date AS date_finish,
        neutralisations.date_end IS NULL
        AND (finishes.date IS NULL OR finishes.date > neutralisations.date_start + INTERVAL '15 minutes') AS is_odd
    FROM gold_analytics.fact_neutralisations AS neutralisations
    CROSS JOIN finishes
    WHERE neutralisations.session_key = {session_key} AND neutralisations.session_category IN ('Race', 'Sprint')
)

SELECT neutralisation_number, kind, date_start, first_lap, reason, date_finish
FROM compared
WHERE compared.is_odd
ORDER BY neutralisation_number
