-- Cars of a race whose stints are not one more than their changes of tyres in the pit lane.
-- params: session_key integer
WITH kept AS (
    SELECT DISTINCT driver_number, lap_start
    FROM silver_clean.silver_stints
    WHERE session_key = {session_key} AND is_age_continued
),

tyre_events AS (
    SELECT driver_number, 1 AS is_stint, 0 AS is_passage, 0 AS is_stop, 0 AS is_red_flag_change, lap_start AS lap_number
    FROM gold_analytics.tyre_stints
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        passages.driver_number,
        0 AS is_stint,
        1 AS is_passage,
        CASE
            WHEN passages.pit_type = 'stop' AND (passages.is_tyre_change OR kept.lap_start IS NULL) THEN 1 ELSE 0
        END AS is_stop,
        CASE WHEN passages.pit_type = 'red_flag' AND passages.is_tyre_change THEN 1 ELSE 0 END AS is_red_flag_change,
        passages.lap_number
    FROM gold_analytics.pit_passages AS passages
    LEFT JOIN kept
        ON passages.driver_number = kept.driver_number AND passages.out_lap_number = kept.lap_start
    WHERE passages.session_key = {session_key}
    UNION ALL
    SELECT driver_number, 0 AS is_stint, 0 AS is_passage, 0 AS is_stop, 0 AS is_red_flag_change, lap_number
    FROM silver_clean.silver_laps
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        driver_number, 0 AS is_stint, 0 AS is_passage, 0 AS is_stop, 0 AS is_red_flag_change, number_of_laps AS lap_number
    FROM silver_clean.silver_session_result
    WHERE session_key = {session_key}
),

-- What went on in a stop after which the car did not drive is not in the feed of tyres.
placed_events AS (
    SELECT
        *,
        MAX(CASE WHEN is_passage = 0 THEN lap_number END) OVER (PARTITION BY driver_number) AS last_lap,
        MAX(is_passage) OVER () AS has_passages
    FROM tyre_events
),

tyre_counts AS (
    SELECT
        driver_number,
        SUM(is_stint) AS stints,
        SUM(CASE WHEN lap_number < last_lap THEN is_stop ELSE 0 END) AS stops,
        SUM(is_red_flag_change) AS red_flag_changes
    FROM placed_events
    WHERE has_passages = 1
    GROUP BY driver_number
),

compared AS (
    SELECT
        sessions.session_key,
        tyre_counts.driver_number,
        tyre_counts.stints,
        tyre_counts.stops,
        tyre_counts.red_flag_changes,
        tyre_counts.stints - 1 <> tyre_counts.stops + tyre_counts.red_flag_changes AS is_odd
    FROM tyre_counts
    CROSS JOIN gold_analytics.dim_sessions AS sessions
    WHERE
        sessions.session_key = {session_key}
        AND sessions.session_category IN ('Race', 'Sprint')
        AND tyre_counts.stints > 0
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.stints,
    compared.stops,
    compared.red_flag_changes
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number
