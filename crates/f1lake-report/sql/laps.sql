-- Where OpenF1 has no position at all, the place is the order in which the cars ended the lap.
SELECT
    driver_number,
    lap_number,
    CAST(date_start AS STRING) AS date_start,
    lap_duration AS lap_time_s,
    CASE
        WHEN position IS NOT NULL THEN position
        WHEN COUNT(position) OVER () = 0 AND date_end IS NOT NULL AND session_category IN ('Race', 'Sprint')
            THEN CAST(RANK() OVER (PARTITION BY lap_number ORDER BY date_end NULLS LAST) AS BIGINT)
    END AS position,
    COUNT(position) OVER () = 0 AS is_position_derived,
    compound,
    is_pit_out_lap,
    is_pit_in_lap,
    is_valid_lap,
    is_timed_lap,
    is_deleted,
    is_neutralised
FROM gold_analytics.fact_laps
WHERE session_key = {session_key}
ORDER BY driver_number, lap_number
