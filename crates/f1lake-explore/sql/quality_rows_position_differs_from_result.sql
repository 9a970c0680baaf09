-- Classified drivers whose last position on the track is not the official one.
-- params: session_key integer
WITH compared AS (
    SELECT
        driver_number, name_acronym, status, last_position, official_position,
        last_position <> official_position AS is_odd
    FROM gold_analytics.session_leaderboard
    WHERE
        session_key = {session_key}
        AND session_category IN ('Race', 'Sprint')
        AND last_position IS NOT NULL
        AND official_position IS NOT NULL
)

SELECT driver_number, name_acronym, status, last_position, official_position
FROM compared
WHERE compared.is_odd
ORDER BY official_position, driver_number
