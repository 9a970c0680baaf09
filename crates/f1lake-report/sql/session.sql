SELECT
    session_key,
    session_name,
    session_category,
    meeting_name,
    circuit_short_name,
    location,
    country_name,
    season AS year,
    CAST(date_start AS VARCHAR) AS date_start
FROM gold_analytics.dim_sessions
WHERE session_key = {session_key}
