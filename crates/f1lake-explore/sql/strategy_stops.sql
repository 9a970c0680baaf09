-- Stops of a race with what they cost, cheapest first; changes of tyres under a red flag come last.
-- params: session_key integer
SELECT
    passages.driver_number,
    passages.name_acronym,
    passages.stop_number,
    passages.pit_type,
    passages.lap_number,
    passages.compound_before,
    passages.compound_after,
    passages.stop_duration,
    passages.lane_duration,
    cycles.track_status,
    cycles.double_stack,
    cycles.time_lost,
    cycles.median_time_lost,
    cycles.time_lost_to_median,
    cycles.expected_from,
    cycles.position_before,
    cycles.position_after
FROM gold_analytics.fact_pit_stops AS passages
LEFT JOIN gold_analytics.pit_cycles AS cycles
    ON
        cycles.session_key = {session_key}
        AND passages.driver_number = cycles.driver_number
        AND passages.stop_number = cycles.stop_number
WHERE
    passages.session_key = {session_key}
    AND (
        passages.pit_type IN ('stop', 'drive_through', 'stop_go')
        OR (passages.pit_type = 'red_flag' AND passages.stint_after > passages.stint_before)
    )
ORDER BY
    CASE WHEN passages.pit_type = 'red_flag' THEN 1 ELSE 0 END,
    cycles.time_lost NULLS LAST,
    passages.lane_duration NULLS LAST,
    passages.driver_number,
    passages.stop_number
