SELECT
    CAST(date_start AS STRING) AS date_start,
    CAST(date_end AS STRING) AS date_end,
    duration_minutes
FROM gold_analytics.rain_windows
WHERE session_key = {session_key}
ORDER BY window_number
