-- The checks of a session: how much each looked at and how much of it is odd; first those that found something.
-- params: session_key integer
SELECT
    check_name,
    description,
    status,
    odd,
    looked_at,
    100.0 * odd / NULLIF(looked_at, 0) AS odd_percent,
    drivers
FROM gold_analytics.data_quality
WHERE session_key = {session_key}
ORDER BY CASE status WHEN 'warned' THEN 1 WHEN 'passed' THEN 2 ELSE 3 END, check_order
