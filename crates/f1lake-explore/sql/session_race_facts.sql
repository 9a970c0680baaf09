-- What people ask first about a race: winner, margin, best lap, neutralisations, stops, who was classified.
-- params: session_key integer
WITH ordered AS (
    SELECT
        driver_number,
        full_name,
        team_name,
        grid_position,
        gap_to_leader_seconds,
        gap_to_leader_laps,
        order_source,
        ROW_NUMBER() OVER (ORDER BY leaderboard_position, timing_position NULLS LAST, driver_number) AS place
    FROM gold_analytics.session_leaderboard
    WHERE session_key = {session_key} AND leaderboard_position IS NOT NULL
),

best_laps AS (
    SELECT
        driver_number,
        lap_number,
        lap_duration,
        compound,
        ROW_NUMBER() OVER (ORDER BY date_start NULLS LAST, driver_number) AS place
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND is_session_best
),

flags AS (
    SELECT MAX(date) AS date
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key} AND event = 'chequered_flag'
),

neutralisations AS (
    SELECT
        COUNT(*) AS neutralisations,
        SUM(CASE WHEN periods.kind = 'safety_car' THEN 1 ELSE 0 END) AS safety_cars,
        SUM(CASE WHEN periods.kind = 'virtual_safety_car' THEN 1 ELSE 0 END) AS virtual_safety_cars,
        SUM(CASE WHEN periods.kind = 'red_flag' THEN 1 ELSE 0 END) AS red_flags,
        SUM(
            DATE_PART('epoch', COALESCE(periods.date_end, flags.date)) - DATE_PART('epoch', periods.date_start)
        ) AS neutralised_seconds,
        SUM(CASE WHEN COALESCE(periods.date_end, flags.date) IS NULL THEN 1 ELSE 0 END) AS without_end,
        MIN(periods.first_lap) AS first_neutralised_lap,
        MAX(COALESCE(periods.last_lap, periods.first_lap)) AS last_neutralised_lap
    FROM gold_analytics.fact_neutralisations AS periods
    CROSS JOIN flags
    WHERE periods.session_key = {session_key}
),

messages AS (
    SELECT COUNT(*) AS messages
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key}
),

stops AS (
    SELECT SUM(pit_stops) AS pit_stops
    FROM gold_analytics.tyre_strategy
    WHERE session_key = {session_key}
),

stints AS (
    SELECT COUNT(*) AS stints, COUNT(DISTINCT compound) AS compounds
    FROM gold_analytics.fact_stints
    WHERE session_key = {session_key}
),

entries AS (
    SELECT
        COUNT(*) AS entries,
        COUNT(results.position) AS classified,
        COUNT(results.driver_number) AS results,
        STRING_AGG(
            CASE WHEN results.position IS NULL THEN entered.name_acronym END, ', ' ORDER BY entered.driver_number
        ) AS not_classified
    FROM gold_analytics.session_entries AS entered
    LEFT JOIN gold_analytics.fact_results AS results
        ON results.session_key = {session_key} AND entered.driver_number = results.driver_number
    WHERE entered.session_key = {session_key}
)

SELECT
    first_car.driver_number AS winner_number,
    first_car.full_name AS winner,
    first_car.team_name AS winner_team,
    first_car.grid_position AS winner_grid_position,
    first_car.order_source,
    second_car.driver_number AS second_number,
    second_car.full_name AS second,
    second_car.team_name AS second_team,
    second_car.gap_to_leader_seconds AS margin_seconds,
    second_car.gap_to_leader_laps AS margin_laps,
    best_laps.lap_duration AS best_lap_time,
    best_laps.driver_number AS best_lap_number_of_car,
    best_laps.lap_number AS best_lap_number,
    best_laps.compound AS best_lap_compound,
    messages.messages,
    neutralisations.neutralisations,
    neutralisations.safety_cars,
    neutralisations.virtual_safety_cars,
    neutralisations.red_flags,
    CASE
        WHEN neutralisations.without_end = 0 THEN ROUND(neutralisations.neutralised_seconds, 1)
    END AS neutralised_seconds,
    neutralisations.first_neutralised_lap,
    neutralisations.last_neutralised_lap,
    stops.pit_stops,
    stints.stints,
    stints.compounds,
    entries.entries,
    entries.classified,
    entries.results,
    entries.not_classified
FROM entries
CROSS JOIN messages
CROSS JOIN neutralisations
CROSS JOIN stops
CROSS JOIN stints
LEFT JOIN ordered AS first_car
    ON first_car.place = 1
LEFT JOIN ordered AS second_car
    ON second_car.place = 2
LEFT JOIN best_laps
    ON best_laps.place = 1
ORDER BY winner_number
