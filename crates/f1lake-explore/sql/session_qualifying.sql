-- Result of a qualifying: the best time of each driver in each part, and how far from the best and the cut-off.
-- params: session_key integer
WITH parts AS (
    SELECT
        driver_number,
        MAX(CASE WHEN qualifying_phase = 1 THEN best_lap_time END) AS time_1,
        MAX(CASE WHEN qualifying_phase = 2 THEN best_lap_time END) AS time_2,
        MAX(CASE WHEN qualifying_phase = 3 THEN best_lap_time END) AS time_3,
        MAX(CASE WHEN qualifying_phase = 1 THEN place_in_part END) AS place_1,
        MAX(CASE WHEN qualifying_phase = 2 THEN place_in_part END) AS place_2,
        MAX(CASE WHEN qualifying_phase = 3 THEN place_in_part END) AS place_3,
        MAX(qualifying_phase) AS last_part,
        SUM(laps) AS laps,
        SUM(deleted_laps) AS deleted_laps
    FROM gold_analytics.qualifying_summary
    WHERE session_key = {session_key}
    GROUP BY driver_number
)

SELECT
    entries.driver_number,
    entries.name_acronym,
    entries.full_name,
    entries.team_name,
    leaderboard.leaderboard_position,
    leaderboard.official_position,
    leaderboard.order_source,
    leaderboard.status,
    CASE WHEN last_parts.is_advanced THEN parts.last_part + 1 ELSE parts.last_part END AS reached_part,
    parts.time_1,
    parts.place_1,
    parts.time_2,
    parts.place_2,
    parts.time_3,
    parts.place_3,
    last_parts.gap_to_best_s,
    last_parts.gap_to_cutoff_s,
    last_parts.best_lap_number,
    last_parts.compound,
    last_parts.tyre_age,
    parts.laps,
    parts.deleted_laps
FROM gold_analytics.session_entries AS entries
LEFT JOIN gold_analytics.session_leaderboard AS leaderboard
    ON leaderboard.session_key = {session_key} AND entries.driver_number = leaderboard.driver_number
LEFT JOIN parts
    ON entries.driver_number = parts.driver_number
LEFT JOIN gold_analytics.qualifying_summary AS last_parts
    ON
        last_parts.session_key = {session_key}
        AND parts.driver_number = last_parts.driver_number
        AND parts.last_part = last_parts.qualifying_phase
WHERE entries.session_key = {session_key}
ORDER BY leaderboard.leaderboard_position NULLS LAST, leaderboard.timing_position NULLS LAST, entries.driver_number
