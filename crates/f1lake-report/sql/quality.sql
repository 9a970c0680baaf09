SELECT
    check_name,
    description,
    status,
    odd,
    looked_at,
    drivers
FROM gold_analytics.data_quality
WHERE session_key = {session_key}
ORDER BY check_order
