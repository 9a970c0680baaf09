-- Places, and gaps to one driver, at the end of each lap of a race, from the times at the line; lap 0 is the grid.
-- params: session_key integer, reference integer
WITH crossings AS (
    SELECT
        driver_number,
        name_acronym,
        lap_number,
        position,
        grid_position,
        DATE_PART('epoch', date_end) AS ended,
        MAX(CASE WHEN driver_number = {reference} THEN DATE_PART('epoch', date_end) END)
            OVER (PARTITION BY lap_number) AS reference_ended
    FROM gold_analytics.lap_positions
    WHERE session_key = {session_key}
),

stops AS (
    SELECT
        driver_number,
        lap_number,
        MAX(compound_after) AS compound_after
    FROM gold_analytics.fact_pit_stops
    WHERE
        session_key = {session_key}
        AND (pit_type = 'stop' OR (pit_type = 'red_flag' AND stint_after > stint_before))
    GROUP BY driver_number, lap_number
),

cars AS (
    SELECT
        crossings.driver_number,
        crossings.name_acronym,
        crossings.lap_number,
        crossings.position,
        ROUND(crossings.ended - crossings.reference_ended, 3) AS gap,
        stops.lap_number IS NOT NULL AS is_stop,
        stops.compound_after
    FROM crossings
    LEFT JOIN stops
        ON crossings.driver_number = stops.driver_number AND crossings.lap_number = stops.lap_number
    UNION ALL
    SELECT
        driver_number,
        MAX(name_acronym) AS name_acronym,
        0 AS lap_number,
        MAX(grid_position) AS position,
        CAST(NULL AS DOUBLE) AS gap,
        FALSE AS is_stop,
        CAST(NULL AS VARCHAR) AS compound_after
    FROM gold_analytics.lap_positions
    WHERE session_key = {session_key}
    GROUP BY driver_number
)

SELECT
    driver_number,
    name_acronym,
    lap_number,
    position,
    gap,
    is_stop,
    compound_after
FROM cars
ORDER BY lap_number, position NULLS LAST, driver_number
