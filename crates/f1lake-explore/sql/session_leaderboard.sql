-- Order of a session: the result, gaps, best laps, stints, stops and points of each driver.
-- params: session_key integer
WITH stints AS (
    SELECT
        driver_number,
        ARRAY_AGG(compound ORDER BY stint_number) AS stint_compounds,
        ARRAY_AGG(stint_laps ORDER BY stint_number) AS stint_laps,
        COUNT(*) AS stints
    FROM gold_analytics.fact_stints
    WHERE session_key = {session_key}
    GROUP BY driver_number
),

laps AS (
    SELECT driver_number, COUNT(*) AS laps, MAX(lap_number) AS last_lap
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number
),

at_the_line AS (
    SELECT positions.driver_number, positions.driver_number_ahead, positions.gap_ahead
    FROM gold_analytics.lap_positions AS positions
    INNER JOIN laps
        ON positions.driver_number = laps.driver_number AND positions.lap_number = laps.last_lap
    WHERE positions.session_key = {session_key}
),

ordered AS (
    SELECT
        entries.driver_number,
        entries.name_acronym,
        entries.full_name,
        entries.team_name,
        leaderboard.leaderboard_position,
        leaderboard.order_source,
        leaderboard.official_position,
        leaderboard.status,
        leaderboard.grid_position,
        leaderboard.positions_gained,
        leaderboard.gap_to_leader_seconds,
        leaderboard.gap_to_leader_laps,
        leaderboard.best_lap_time,
        leaderboard.best_lap_rank,
        leaderboard.gap_to_best_lap,
        leaderboard.fastest_lap_number,
        leaderboard.fastest_lap_compound,
        leaderboard.fastest_lap_tyre_age,
        leaderboard.deleted_laps,
        leaderboard.points,
        ROW_NUMBER() OVER (
            ORDER BY
                leaderboard.leaderboard_position NULLS LAST,
                leaderboard.timing_position NULLS LAST,
                entries.driver_number
        ) AS place_in_list
    FROM gold_analytics.session_entries AS entries
    LEFT JOIN gold_analytics.session_leaderboard AS leaderboard
        ON leaderboard.session_key = {session_key} AND entries.driver_number = leaderboard.driver_number
    WHERE entries.session_key = {session_key}
),

beside AS (
    SELECT
        *,
        LAG(driver_number) OVER (ORDER BY place_in_list) AS driver_number_ahead,
        LAG(gap_to_leader_seconds) OVER (ORDER BY place_in_list) AS seconds_ahead,
        COALESCE(LAG(gap_to_leader_laps) OVER (ORDER BY place_in_list), 0) AS laps_ahead
    FROM ordered
)

SELECT
    beside.place_in_list,
    beside.driver_number,
    beside.name_acronym,
    beside.full_name,
    beside.team_name,
    beside.leaderboard_position,
    beside.order_source,
    beside.official_position,
    beside.status,
    beside.grid_position,
    beside.positions_gained,
    beside.gap_to_leader_seconds,
    beside.gap_to_leader_laps,
    CASE
        WHEN beside.gap_to_leader_seconds IS NOT NULL
            THEN ROUND(beside.gap_to_leader_seconds - beside.seconds_ahead, 3)
        WHEN beside.driver_number_ahead = at_the_line.driver_number_ahead
            THEN at_the_line.gap_ahead
    END AS gap_to_ahead_seconds,
    NULLIF(beside.gap_to_leader_laps - beside.laps_ahead, 0) AS gap_to_ahead_laps,
    beside.best_lap_time,
    beside.best_lap_rank,
    beside.gap_to_best_lap,
    beside.fastest_lap_number,
    beside.fastest_lap_compound,
    beside.fastest_lap_tyre_age,
    beside.deleted_laps,
    laps.laps,
    laps.last_lap,
    CASE WHEN beside.status = 'Did not finish' THEN COALESCE(laps.last_lap, results.number_of_laps + 1) END AS out_lap,
    results.number_of_laps,
    strategies.pit_stops,
    stints.stints,
    stints.stint_compounds,
    stints.stint_laps,
    beside.points
FROM beside
LEFT JOIN stints
    ON beside.driver_number = stints.driver_number
LEFT JOIN laps
    ON beside.driver_number = laps.driver_number
LEFT JOIN at_the_line
    ON beside.driver_number = at_the_line.driver_number
LEFT JOIN gold_analytics.fact_results AS results
    ON results.session_key = {session_key} AND beside.driver_number = results.driver_number
LEFT JOIN gold_analytics.tyre_strategy AS strategies
    ON strategies.session_key = {session_key} AND beside.driver_number = strategies.driver_number
ORDER BY beside.place_in_list
