-- Stints of a session in order of the result: tyres, laps, and what the stop at the end of each cost.
-- params: session_key integer
WITH spans AS (
    SELECT
        driver_number,
        stint_number,
        MIN(date_start) AS date_start,
        MAX(date_end) AS date_end
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND stint_number IS NOT NULL
    GROUP BY driver_number, stint_number
),

costs AS (
    SELECT
        driver_number,
        lap_number,
        MAX(time_lost) AS time_lost
    FROM gold_analytics.pit_cycles
    WHERE session_key = {session_key} AND pit_type = 'stop'
    GROUP BY driver_number, lap_number
)

SELECT
    ROW_NUMBER() OVER (
        ORDER BY
            leaderboard.leaderboard_position NULLS LAST,
            leaderboard.timing_position NULLS LAST,
            entries.driver_number,
            stints.stint_number
    ) AS place_in_list,
    entries.driver_number,
    entries.name_acronym,
    results.status,
    results.number_of_laps,
    strategies.pit_stops,
    strategies.pit_lane_time,
    stints.stint_number,
    stints.compound,
    stints.lap_start,
    stints.lap_end,
    stints.stint_laps,
    stints.tyre_age_at_start,
    stints.tyre_age_at_end,
    stints.median_lap_time_clean,
    costs.time_lost,
    stints.is_repaired,
    stints.lap_start_raw,
    stints.lap_end_raw,
    stints.api_stints,
    spans.date_start,
    spans.date_end
FROM gold_analytics.session_entries AS entries
LEFT JOIN gold_analytics.session_leaderboard AS leaderboard
    ON leaderboard.session_key = {session_key} AND entries.driver_number = leaderboard.driver_number
LEFT JOIN gold_analytics.fact_results AS results
    ON results.session_key = {session_key} AND entries.driver_number = results.driver_number
LEFT JOIN gold_analytics.tyre_strategy AS strategies
    ON strategies.session_key = {session_key} AND entries.driver_number = strategies.driver_number
LEFT JOIN gold_analytics.fact_stints AS stints
    ON stints.session_key = {session_key} AND entries.driver_number = stints.driver_number
LEFT JOIN spans
    ON entries.driver_number = spans.driver_number AND stints.stint_number = spans.stint_number
LEFT JOIN costs
    ON entries.driver_number = costs.driver_number AND stints.lap_end = costs.lap_number
WHERE entries.session_key = {session_key}
ORDER BY place_in_list
