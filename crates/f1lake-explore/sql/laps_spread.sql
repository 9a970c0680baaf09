-- Spread of the clean laps of each driver, less the time that fuel and tyres cost where these are given.
-- params: session_key integer, fuel_kg number = 0, seconds_per_kg number = 0, tyres integer = 0
WITH results AS (
    SELECT
        driver_number,
        position,
        MAX(number_of_laps) OVER () AS laps
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
        COALESCE(laps.tyre_age, laps.lap_in_stint) AS age,
        laps.is_clean_lap,
        laps.is_timed_lap,
        laps.session_category IN ('Race', 'Sprint') AS is_race,
        COALESCE(pace.is_at_pace, FALSE) AS is_at_pace,
        pace.degradation,
        pace.fuel_kg * pace.fuel_seconds_per_kg AS fuel_seconds,
        results.position,
        MIN(CASE WHEN laps.is_timed_lap THEN laps.lap_duration END) OVER (PARTITION BY laps.qualifying_phase)
            AS best_of_part,
        GREATEST(MAX(laps.lap_number) OVER (), MAX(results.laps) OVER ()) AS distance
    FROM gold_analytics.fact_laps AS laps
    LEFT JOIN results
        ON laps.driver_number = results.driver_number
    LEFT JOIN gold_analytics.lap_pace AS pace
        ON
            laps.session_key = pace.session_key
            AND laps.driver_number = pace.driver_number
            AND laps.lap_number = pace.lap_number
    WHERE laps.session_key = {session_key}
),

sloped AS (
    SELECT
        *,
        MAX(
            degradation + {fuel_kg} * {seconds_per_kg} / distance
            - 2 * fuel_seconds / (2 * (distance - lap_number) + 1)
        ) OVER (PARTITION BY driver_number, stint_number) AS tyre_loss
    FROM laps
),

paces AS (
    SELECT
        driver_number,
        name_acronym,
        position,
        lap_number,
        CASE WHEN is_timed_lap THEN lap_duration END AS timed,
        CASE
            WHEN
                CASE WHEN is_race THEN is_at_pace ELSE is_clean_lap AND lap_duration <= 1.07 * best_of_part END
                THEN ROUND(
                    lap_duration
                    - {fuel_kg} * {seconds_per_kg} * (2 * (distance - lap_number) + 1) / (2 * distance)
                    - CASE WHEN {tyres} = 1 THEN tyre_loss * age ELSE 0 END,
                    3
                )
        END AS pace
    FROM sloped
),

spreads AS (
    SELECT
        driver_number,
        MAX(name_acronym) AS name_acronym,
        COUNT(pace) AS clean_laps,
        MIN(pace) AS fastest,
        ROUND(PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY pace), 3) AS lower_quartile,
        ROUND(MEDIAN(pace), 3) AS median,
        ROUND(PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY pace), 3) AS upper_quartile,
        MAX(pace) AS slowest,
        MIN(timed) AS best_lap_time,
        MAX(lap_number) AS laps,
        MIN(position) AS position
    FROM paces
    GROUP BY driver_number
)

SELECT
    driver_number,
    name_acronym,
    clean_laps,
    fastest,
    lower_quartile,
    median,
    upper_quartile,
    slowest,
    best_lap_time,
    ROW_NUMBER() OVER (
        ORDER BY position ASC NULLS LAST, best_lap_time ASC NULLS LAST, laps DESC, driver_number ASC
    ) AS order_in_list
FROM spreads
ORDER BY median ASC NULLS LAST, driver_number ASC
