-- Classified drivers whose position by the timing alone is not the official one.
-- params: session_key integer
WITH ranks AS (
    SELECT
        driver_number,
        name_acronym,
        timing_position,
        official_position,
        timing_source,
        RANK() OVER (ORDER BY timing_position) AS rank_by_timing,
        RANK() OVER (ORDER BY official_position) AS rank_in_result
    FROM gold_analytics.session_leaderboard
    WHERE
        session_key = {session_key}
        AND timing_position IS NOT NULL
        AND official_position IS NOT NULL
        AND (session_category IN ('Race', 'Sprint') OR best_lap_time IS NOT NULL)
),

compared AS (
    SELECT *, rank_by_timing <> rank_in_result AS is_odd
    FROM ranks
)

SELECT driver_number, name_acronym, timing_position, official_position, rank_by_timing, rank_in_result, timing_source
FROM compared
WHERE compared.is_odd
ORDER BY official_position, driver_number
