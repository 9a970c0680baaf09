-- Lap times of a session, less the time that fuel and tyres cost where these are given.
-- params: session_key integer, fuel_kg number = 0, seconds_per_kg number = 0, tyres integer = 0
WITH result AS (
    SELECT MAX(number_of_laps) AS laps
    FROM gold_analytics.fact_results
    WHERE session_key = {session_key}
),

laps AS (
    SELECT
        laps.driver_number,
        laps.name_acronym,
        laps.lap_number,
        laps.lap_duration,
        laps.stint_number,
        laps.compound,
        laps.tyre_age,
        COALESCE(laps.tyre_age, laps.lap_in_stint) AS age,
        laps.is_clean_lap,
        laps.session_category IN ('Race', 'Sprint') AS is_race,
        laps.is_start_lap,
        laps.is_pit_in_lap,
        COALESCE(laps.is_pit_out_lap, FALSE) AS is_pit_out_lap,
        laps.is_neutralised,
        laps.is_deleted,
        laps.is_personal_best,
        laps.is_session_best,
        COALESCE(pace.is_at_pace, FALSE) AS is_at_pace,
        pace.degradation,
        pace.fuel_kg * pace.fuel_seconds_per_kg AS fuel_seconds,
        MIN(CASE WHEN laps.is_timed_lap THEN laps.lap_duration END) OVER (PARTITION BY laps.qualifying_phase)
            AS best_of_part,
        GREATEST(MAX(laps.lap_number) OVER (), result.laps) AS distance
    FROM gold_analytics.fact_laps AS laps
    CROSS JOIN result
    LEFT JOIN gold_analytics.lap_pace AS pace
        ON
            laps.session_key = pace.session_key
            AND laps.driver_number = pace.driver_number
            AND laps.lap_number = pace.lap_number
    WHERE laps.session_key = {session_key}
),

-- The slope of lap_pace holds for its own fuel. Fuel burns evenly, so other fuel turns the line by a constant.
sloped AS (
    SELECT
        *,
        MAX(
            degradation + {fuel_kg} * {seconds_per_kg} / distance
            - 2 * fuel_seconds / (2 * (distance - lap_number) + 1)
        ) OVER (PARTITION BY driver_number, stint_number) AS tyre_loss
    FROM laps
)

SELECT
    driver_number,
    name_acronym,
    lap_number,
    lap_duration,
    ROUND(
        lap_duration
        - {fuel_kg} * {seconds_per_kg} * (2 * (distance - lap_number) + 1) / (2 * distance)
        - CASE WHEN {tyres} = 1 THEN tyre_loss * age ELSE 0 END,
        3
    ) AS pace,
    compound,
    tyre_age,
    CASE WHEN is_race THEN is_at_pace ELSE is_clean_lap AND lap_duration <= 1.07 * best_of_part END AS is_clean,
    is_start_lap,
    is_pit_in_lap,
    is_pit_out_lap,
    is_neutralised,
    is_deleted,
    is_personal_best,
    is_session_best
FROM sloped
ORDER BY driver_number, lap_number
