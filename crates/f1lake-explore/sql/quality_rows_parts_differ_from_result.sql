-- Parts of a qualifying by race control that are not those of the official result, or three.
-- params: session_key integer
WITH counts AS (
    SELECT session_key, 1 AS parts, 0 AS official_part
    FROM gold_analytics.fact_qualifying_parts
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        session_key,
        0 AS parts,
        CASE
            WHEN duration_q3 IS NOT NULL THEN 3 WHEN duration_q2 IS NOT NULL THEN 2 WHEN duration_q1 IS NOT NULL THEN 1 ELSE 0
        END AS official_part
    FROM silver_clean.silver_session_result
    WHERE session_key = {session_key}
    UNION ALL
    SELECT DISTINCT session_key, 0 AS parts, 0 AS official_part
    FROM silver_clean.silver_laps
    WHERE session_key = {session_key}
),

parts_of_session AS (
    SELECT session_key, SUM(parts) AS parts, COALESCE(NULLIF(MAX(official_part), 0), 3) AS official_parts
    FROM counts
    GROUP BY session_key
),

compared AS (
    SELECT
        sessions.session_name,
        parts_of_session.parts,
        parts_of_session.official_parts,
        parts_of_session.parts <> parts_of_session.official_parts AS is_odd
    FROM parts_of_session
    INNER JOIN gold_analytics.dim_sessions AS sessions
        ON parts_of_session.session_key = sessions.session_key
    WHERE sessions.session_category IN ('Qualifying', 'Sprint Qualifying')
)

SELECT session_name, parts, official_parts
FROM compared
WHERE compared.is_odd
ORDER BY session_name
