-- The simulator's addresses end in the reserved domain `.invalid`, which no real address does.
SELECT
    sessions.session_key,
    sessions.session_name,
    sessions.session_category,
    sessions.meeting_name,
    sessions.circuit_short_name,
    sessions.location,
    sessions.country_name,
    sessions.season AS year,
    CAST(sessions.date_start AS STRING) AS date_start,
    COALESCE(drivers.is_generated, FALSE) AS is_generated
FROM gold_analytics.dim_sessions AS sessions
LEFT JOIN (
    SELECT session_key, MAX(CASE WHEN headshot_url LIKE 'https://%.invalid/%' THEN 1 ELSE 0 END) = 1 AS is_generated
    FROM silver_clean.silver_drivers
    WHERE session_key = {session_key}
    GROUP BY session_key
) AS drivers
    ON sessions.session_key = drivers.session_key
WHERE sessions.session_key = {session_key}
