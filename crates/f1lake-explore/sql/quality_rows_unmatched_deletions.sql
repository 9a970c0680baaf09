-- Lap times that race control deleted and that no lap has.
-- params: session_key integer
WITH deletions AS (
    SELECT
        session_key,
        message,
        MIN(date) AS date,
        CAST((REGEXP_MATCH(message, '^CAR ([0-9]+) '))[1] AS BIGINT) AS driver_number,
        (REGEXP_MATCH(message, ' TIME ([0-9:.]+) '))[1] AS time_text
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key} AND message LIKE 'CAR % TIME % DELETED %'
    GROUP BY session_key, message
),

verdicts AS (
    SELECT DISTINCT verdict_message
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND verdict_message IS NOT NULL
),

reinstatements AS (
    SELECT DISTINCT
        CAST((REGEXP_MATCH(message, '^CAR ([0-9]+) '))[1] AS BIGINT) AS driver_number,
        (REGEXP_MATCH(message, ' TIME ([0-9:.]+) '))[1] AS time_text
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key} AND message LIKE 'CAR % TIME % WILL BE REINSTATED%'
),

-- A deletion that was taken back is matched by the message that took it back.
compared AS (
    SELECT
        deletions.session_key,
        deletions.driver_number,
        deletions.date,
        deletions.time_text,
        deletions.message,
        verdicts.verdict_message IS NULL AND reinstatements.time_text IS NULL AS is_odd
    FROM deletions
    LEFT JOIN verdicts
        ON deletions.message = verdicts.verdict_message
    LEFT JOIN reinstatements
        ON deletions.driver_number = reinstatements.driver_number AND deletions.time_text = reinstatements.time_text
    WHERE deletions.session_key IN (SELECT session_key FROM gold_analytics.fact_laps WHERE session_key = {session_key})
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.date,
    compared.time_text,
    compared.message
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.date, compared.driver_number
