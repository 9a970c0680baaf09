-- Laps of a race at whose end the gap to the leader is not that of the times at the line.
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

crossings AS (
    SELECT
        driver_number,
        lap_number,
        micros,
        is_comparable,
        is_in_pit_lane,
        place,
        LEAD(place) OVER (PARTITION BY driver_number ORDER BY lap_number) AS next_place,
        MIN(micros) OVER (PARTITION BY lap_number) AS leader_micros
    FROM laps
),

led_crossings AS (
    SELECT
        *,
        MAX(CASE WHEN place = 1 AND next_place = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY lap_number) AS is_leader_certain
    FROM crossings
),

timeline AS (
    SELECT
        driver_number, micros, lap_number, micros - leader_micros AS crossing_gap,
        is_comparable AND NOT is_in_pit_lane AND is_leader_certain = 1 AND next_place IS NOT NULL AS is_comparable,
        CAST(NULL AS BIGINT) AS gap
    FROM led_crossings
    UNION ALL
    SELECT
        driver_number, CAST(ARROW_CAST(date, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS micros,
        CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS BIGINT) AS crossing_gap, FALSE AS is_comparable,
        CAST(ROUND(gap_to_leader_seconds * 1e6) AS BIGINT) AS gap
    FROM silver_clean.silver_intervals
    WHERE session_key = {session_key} AND gap_to_leader_seconds IS NOT NULL
),

-- Gaps that were sent within 12 seconds of the line: about three before and three after.
gaps_at_line AS (
    SELECT
        *,
        MIN(gap) OVER (
            PARTITION BY driver_number ORDER BY micros RANGE BETWEEN 12000000 PRECEDING AND 12000000 FOLLOWING
        ) AS least_gap,
        MAX(gap) OVER (
            PARTITION BY driver_number ORDER BY micros RANGE BETWEEN 12000000 PRECEDING AND 12000000 FOLLOWING
        ) AS greatest_gap,
        COUNT(gap) OVER (
            PARTITION BY driver_number ORDER BY micros RANGE BETWEEN 12000000 PRECEDING AND CURRENT ROW
        ) AS gaps_before,
        COUNT(gap) OVER (
            PARTITION BY driver_number ORDER BY micros RANGE BETWEEN CURRENT ROW AND 12000000 FOLLOWING
        ) AS gaps_after
    FROM timeline
),

compared AS (
    SELECT
        CAST({session_key} AS BIGINT) AS session_key,
        driver_number,
        lap_number,
        crossing_gap / 1e6 AS gap_at_line_s,
        least_gap / 1e6 AS least_gap_s,
        greatest_gap / 1e6 AS greatest_gap_s,
        crossing_gap < least_gap - 1000000 OR crossing_gap > greatest_gap + 1000000 AS is_odd
    FROM gaps_at_line
    WHERE is_comparable AND gaps_before > 0 AND gaps_after > 0
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.lap_number,
    compared.gap_at_line_s,
    compared.least_gap_s,
    compared.greatest_gap_s
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.lap_number
