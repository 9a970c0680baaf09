-- Laps of a race at whose end the position is not the place among those who ended that lap.
-- params: session_key integer
WITH laps AS (
    SELECT
        driver_number,
        lap_number,
        CAST(ARROW_CAST(date_end, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS micros,
        NOT is_under_red_flag AS is_comparable,
        is_pit_in_lap OR COALESCE(is_pit_out_lap, FALSE) AS is_in_pit_lane,
        LAG(lap_number) OVER (PARTITION BY driver_number ORDER BY lap_number) AS previous_lap,
        LEAD(lap_number) OVER (PARTITION BY driver_number ORDER BY lap_number) AS next_lap,
        ROW_NUMBER() OVER (PARTITION BY lap_number ORDER BY date_end, driver_number) AS place
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND session_category IN ('Race', 'Sprint') AND date_end IS NOT NULL
),

-- Cars that cross the line within 0.3 s of each other have the places of both; missing laps make places uncertain.
crossings AS (
    SELECT
        driver_number,
        lap_number,
        micros,
        is_comparable,
        1 + COUNT(*) OVER (
            PARTITION BY lap_number ORDER BY micros RANGE BETWEEN UNBOUNDED PRECEDING AND 300000 PRECEDING
        ) AS first_place,
        COUNT(*) OVER (
            PARTITION BY lap_number ORDER BY micros RANGE BETWEEN UNBOUNDED PRECEDING AND 300000 FOLLOWING
        ) AS last_place,
        MAX(lap_number) OVER () AS last_lap,
        SUM(CASE WHEN next_lap > lap_number + 1 OR (previous_lap IS NULL AND lap_number > 1) THEN 1 ELSE 0 END) OVER ()
            AS missing_laps
    FROM laps
),

finished_crossings AS (
    SELECT *, MIN(CASE WHEN lap_number = last_lap THEN micros END) OVER () AS finish_micros
    FROM crossings
),

timeline AS (
    SELECT
        driver_number, micros, 1 AS kind, lap_number, first_place, last_place + missing_laps AS last_place,
        is_comparable AND micros < finish_micros AS is_comparable,
        CAST(NULL AS BIGINT) AS position, CAST(NULL AS BIGINT) AS sent_micros
    FROM finished_crossings
    UNION ALL
    SELECT
        driver_number, CAST(ARROW_CAST(date, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS micros,
        0 AS kind, CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS BIGINT) AS first_place, CAST(NULL AS BIGINT) AS last_place,
        FALSE AS is_comparable, position, CAST(ARROW_CAST(date, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS sent_micros
    FROM silver_clean.silver_position
    WHERE session_key = {session_key} AND position IS NOT NULL
),

bracketed AS (
    SELECT
        *,
        LAST_VALUE(position) IGNORE NULLS OVER (
            PARTITION BY driver_number ORDER BY micros, kind, lap_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS position_before,
        FIRST_VALUE(position) IGNORE NULLS OVER (
            PARTITION BY driver_number ORDER BY micros, kind, lap_number ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS position_after,
        FIRST_VALUE(sent_micros) IGNORE NULLS OVER (
            PARTITION BY driver_number ORDER BY micros, kind, lap_number ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS micros_after
    FROM timeline
),

-- A position that follows within two seconds counts as well.
followed AS (
    SELECT
        *, CASE WHEN micros_after <= micros + 2000000 THEN position_after ELSE position_before END AS position_soon
    FROM bracketed
    WHERE kind = 1 AND is_comparable AND position_before IS NOT NULL
),

compared AS (
    SELECT
        CAST({session_key} AS BIGINT) AS session_key,
        driver_number,
        lap_number,
        first_place,
        last_place,
        position_before,
        position_soon,
        GREATEST(position_before, position_soon) < first_place OR LEAST(position_before, position_soon) > last_place AS is_odd
    FROM followed
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.lap_number,
    compared.first_place,
    compared.last_place,
    compared.position_before,
    compared.position_soon
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.lap_number
