-- Results last fetched less than 30 days after the session.
-- params: session_key integer
WITH compared AS (
    SELECT
        loads.table_name,
        loads.extracted_at,
        sessions.date_end,
        loads.rows AS loaded_rows,
        loads.source_file,
        loads.extracted_at < sessions.date_end + INTERVAL '30 days' AS is_odd
    FROM bronze_raw.bronze_loads AS loads
    INNER JOIN gold_analytics.dim_sessions AS sessions
        ON loads.session_key = sessions.session_key
    WHERE
        loads.session_key = {session_key}
        AND loads.table_name = 'bronze_session_result'
        AND loads.rows > 0
        AND sessions.date_end IS NOT NULL
)

SELECT table_name, extracted_at, date_end, loaded_rows, source_file
FROM compared
WHERE compared.is_odd
ORDER BY table_name
