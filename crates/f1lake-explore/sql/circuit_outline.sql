-- Line of a circuit from above, in tenths of metres: of the session with most laps in the newest season.
-- params: circuit_key integer
WITH source AS (
    SELECT session_key
    FROM gold_analytics.track_line
    WHERE circuit_key = {circuit_key}
    GROUP BY session_key, season, laps
    ORDER BY season DESC, laps DESC, session_key
    LIMIT 1
)

SELECT track_line.bin, track_line.x, track_line.y
FROM gold_analytics.track_line
INNER JOIN source ON track_line.session_key = source.session_key
WHERE track_line.circuit_key = {circuit_key}
ORDER BY track_line.bin
