-- The checks of all sessions of a weekend, in the order in which they are held.
-- params: session_key integer
SELECT checks.check_name, checks.description, checks.session_key, checks.session_name, checks.status, checks.odd, checks.looked_at
FROM gold_analytics.data_quality AS checks
INNER JOIN gold_analytics.dim_sessions AS sessions
    ON checks.session_key = sessions.session_key
INNER JOIN gold_analytics.dim_sessions AS shown
    ON sessions.meeting_key = shown.meeting_key
WHERE shown.session_key = {session_key}
ORDER BY checks.check_order, sessions.date_start, checks.session_key
