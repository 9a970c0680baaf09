-- Messages of race control, newest first, with the kind that the chips of the feed count.
-- params: session_key integer
WITH verdicts AS (
    SELECT
        date,
        message,
        MIN(verdict) AS verdict
    FROM gold_analytics.steward_messages
    WHERE session_key = {session_key}
    GROUP BY date, message
)

SELECT
    CASE
        WHEN messages.flag = 'BLUE' THEN 'blue'
        WHEN verdicts.verdict IN ('lap_deleted', 'lap_reinstated') THEN 'deleted'
        WHEN verdicts.verdict IN ('penalty', 'served', 'warning') THEN 'penalty'
        WHEN verdicts.verdict IS NOT NULL THEN 'stewards'
        WHEN messages.category IN ('Flag', 'SafetyCar') OR messages.event IS NOT NULL THEN 'flag'
        ELSE 'other'
    END AS kind,
    messages.date,
    messages.lap_number,
    messages.driver_number,
    messages.category,
    messages.flag,
    messages.scope,
    messages.sector,
    messages.event,
    verdicts.verdict,
    messages.message
FROM silver_clean.silver_race_control AS messages
LEFT JOIN verdicts
    ON messages.date = verdicts.date AND messages.message = verdicts.message
WHERE messages.session_key = {session_key}
ORDER BY messages.date DESC, messages.message
