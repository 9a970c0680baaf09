-- What people ask first about a practice: who was fastest, by how much, how many laps, red flags.
-- params: session_key integer
WITH ordered AS (
    SELECT
        driver_number,
        full_name,
        team_name,
        best_lap_time,
        gap_to_best_lap,
        fastest_lap_number,
        fastest_lap_compound,
        order_source,
        ROW_NUMBER() OVER (ORDER BY leaderboard_position, timing_position NULLS LAST, driver_number) AS place
    FROM gold_analytics.session_leaderboard
    WHERE session_key = {session_key} AND leaderboard_position IS NOT NULL
),

laps AS (
    SELECT
        driver_number,
        COUNT(*) AS laps,
        SUM(COUNT(*)) OVER () AS all_laps,
        COUNT(*) OVER () AS drivers,
        ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, driver_number) AS place
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number
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
    first_car.driver_number AS fastest_number,
    first_car.full_name AS fastest,
    first_car.team_name AS fastest_team,
    first_car.best_lap_time,
    first_car.fastest_lap_number,
    first_car.fastest_lap_compound,
    second_car.driver_number AS second_number,
    second_car.full_name AS second,
    second_car.team_name AS second_team,
    ROUND(second_car.best_lap_time - first_car.best_lap_time, 3) AS margin_s,
    most.all_laps,
    most.drivers,
    most.driver_number AS most_laps_number,
    most.laps AS most_laps,
    messages.messages,
    stops.red_flags,
    stops.red_flag_seconds,
    deletions.deletions
FROM stops
CROSS JOIN deletions
CROSS JOIN messages
LEFT JOIN ordered AS first_car
    ON first_car.place = 1
LEFT JOIN ordered AS second_car
    ON second_car.place = 2
LEFT JOIN laps AS most
    ON most.place = 1
ORDER BY fastest_number
