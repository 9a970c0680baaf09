-- What people ask first about a qualifying: who was fastest, by how much, the cut-offs, the ideal lap, red flags.
-- params: session_key integer
WITH parts AS (
    SELECT
        MAX(CASE WHEN qualifying_phase = 1 THEN cutoff_time END) AS cutoff_1,
        MAX(CASE WHEN qualifying_phase = 1 THEN cutoff_name_acronym END) AS cutoff_1_name_acronym,
        MAX(CASE WHEN qualifying_phase = 2 THEN cutoff_time END) AS cutoff_2,
        MAX(CASE WHEN qualifying_phase = 2 THEN cutoff_name_acronym END) AS cutoff_2_name_acronym
    FROM gold_analytics.qualifying_part_summary
    WHERE session_key = {session_key}
),

best AS (
    SELECT driver_number, qualifying_phase, best_lap_number, compound, tyre_age
    FROM gold_analytics.qualifying_summary
    WHERE session_key = {session_key}
),

stops AS (
    SELECT
        COUNT(*) AS red_flags,
        SUM(DATE_PART('epoch', date_end) - DATE_PART('epoch', date_start)) AS red_flag_seconds
    FROM gold_analytics.fact_neutralisations
    WHERE session_key = {session_key} AND kind = 'red_flag'
),

deletions AS (
    SELECT COUNT(*) AS deletions
    FROM gold_analytics.penalties
    WHERE session_key = {session_key} AND penalty_kind = 'lap_deletion' AND NOT is_reinstated
),

messages AS (
    SELECT COUNT(*) AS messages
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key}
)

SELECT
    sessions.drivers,
    sessions.parts,
    sessions.order_source,
    sessions.fastest_driver_number,
    sessions.fastest_name_acronym,
    sessions.fastest_team_name,
    sessions.fastest_time,
    best.best_lap_number,
    best.compound,
    sessions.second_driver_number,
    sessions.second_name_acronym,
    sessions.second_team_name,
    sessions.margin_s,
    sessions.pole_driver_number,
    sessions.pole_name_acronym,
    parts.cutoff_1,
    parts.cutoff_1_name_acronym,
    parts.cutoff_2,
    parts.cutoff_2_name_acronym,
    sessions.ideal_lap_time,
    sessions.ideal_gap_s,
    sessions.best_sector_1_name_acronym,
    sessions.best_sector_2_name_acronym,
    sessions.best_sector_3_name_acronym,
    messages.messages,
    stops.red_flags,
    stops.red_flag_seconds,
    deletions.deletions
FROM gold_analytics.qualifying_sessions AS sessions
CROSS JOIN parts
CROSS JOIN stops
CROSS JOIN deletions
CROSS JOIN messages
LEFT JOIN best
    ON sessions.fastest_driver_number = best.driver_number AND sessions.parts = best.qualifying_phase
WHERE sessions.session_key = {session_key}
ORDER BY sessions.fastest_driver_number
