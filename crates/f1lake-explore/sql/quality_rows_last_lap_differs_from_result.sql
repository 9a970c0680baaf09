-- Classified drivers who lost a place after the last lap of a race without a penalty that explains it.
-- params: session_key integer
WITH time_penalties AS (
    SELECT
        CAST((REGEXP_MATCH(message, 'CAR ([0-9]+)'))[1] AS BIGINT) AS driver_number,
        SUM(
            CAST((REGEXP_MATCH(message, '([0-9]+) SECOND TIME PENALTY'))[1] AS BIGINT)
            * CASE WHEN message LIKE '%SERVED%' THEN -1 ELSE 1 END
        ) AS seconds
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key} AND message LIKE '% SECOND TIME PENALTY%'
    GROUP BY 1
),

finishers AS (
    SELECT
        board.driver_number,
        board.name_acronym,
        board.official_position,
        board.laps_completed,
        CAST(ARROW_CAST(laps.date_end, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS micros,
        COALESCE(time_penalties.seconds, 0) AS penalty_s
    FROM gold_analytics.session_leaderboard AS board
    INNER JOIN gold_analytics.fact_results AS results
        ON board.session_key = results.session_key AND board.driver_number = results.driver_number
    INNER JOIN gold_analytics.fact_laps AS laps
        ON
            board.session_key = laps.session_key
            AND board.driver_number = laps.driver_number
            AND board.laps_completed = laps.lap_number
    LEFT JOIN time_penalties
        ON board.driver_number = time_penalties.driver_number
    WHERE
        board.session_key = {session_key}
        AND board.session_category IN ('Race', 'Sprint')
        AND board.official_position IS NOT NULL
        AND board.laps_completed = COALESCE(results.number_of_laps, board.laps_completed)
        AND laps.date_end IS NOT NULL
),

-- Of those who are officially ahead: the fewest laps, and the last to cross the line with as many laps.
ahead AS (
    SELECT
        *,
        MIN(laps_completed) OVER (
            ORDER BY official_position, driver_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS fewest_laps_ahead,
        MAX(micros) OVER (
            PARTITION BY laps_completed ORDER BY official_position, driver_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_micros_ahead
    FROM finishers
),

compared AS (
    SELECT
        driver_number,
        name_acronym,
        official_position,
        laps_completed,
        fewest_laps_ahead,
        (last_micros_ahead - micros) / 1e6 AS ahead_at_line_s,
        penalty_s,
        COALESCE(fewest_laps_ahead < laps_completed, FALSE)
        OR COALESCE(last_micros_ahead > micros + penalty_s * 1000000 + 500000, FALSE) AS is_odd
    FROM ahead
)

SELECT driver_number, name_acronym, official_position, laps_completed, fewest_laps_ahead, ahead_at_line_s, penalty_s
FROM compared
WHERE compared.is_odd
ORDER BY official_position, driver_number
