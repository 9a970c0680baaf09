-- Corners of a circuit in the season of a session.
-- params: session_key integer
SELECT
    corners.corner_number AS number,
    corners.apex_distance_m / corners.length_m AS share_of_lap,
    corners.apex_x / 10 AS x,
    corners.apex_y / 10 AS y
FROM gold_analytics.circuit_corners AS corners
INNER JOIN gold_analytics.dim_sessions AS sessions
    ON corners.circuit_key = sessions.circuit_key AND corners.season = sessions.season
WHERE sessions.session_key = {session_key}
ORDER BY corners.corner_number
