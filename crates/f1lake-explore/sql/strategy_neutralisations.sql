-- Safety cars and red flags of a session, also as laps the leader had completed, such as 22.7.
-- params: session_key integer
WITH laps AS (
    SELECT
        lap_number,
        MIN(date_start) AS date_start,
        MIN(date_end) AS date_end
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY lap_number
)

SELECT
    periods.neutralisation_number,
    periods.kind,
    periods.date_start,
    periods.date_end,
    periods.first_lap,
    periods.last_lap,
    COALESCE(MAX(
        CASE
            WHEN laps.date_start <= periods.date_start
                THEN laps.lap_number - 1
                    + LEAST(1, (DATE_PART('epoch', periods.date_start) - DATE_PART('epoch', laps.date_start))
                    / (DATE_PART('epoch', laps.date_end) - DATE_PART('epoch', laps.date_start)))
        END
    ), periods.first_lap - 1) AS laps_at_start,
    COALESCE(MAX(
        CASE
            WHEN laps.date_start <= periods.date_end
                THEN laps.lap_number - 1
                    + LEAST(1, (DATE_PART('epoch', periods.date_end) - DATE_PART('epoch', laps.date_start))
                    / (DATE_PART('epoch', laps.date_end) - DATE_PART('epoch', laps.date_start)))
        END
    ), periods.last_lap) AS laps_at_end
FROM gold_analytics.fact_neutralisations AS periods
LEFT JOIN laps
    ON laps.date_end > laps.date_start
WHERE periods.session_key = {session_key}
GROUP BY
    periods.neutralisation_number,
    periods.kind,
    periods.date_start,
    periods.date_end,
    periods.first_lap,
    periods.last_lap
ORDER BY periods.neutralisation_number
