SELECT
    driver_number,
    lap_number,
    lap_duration AS lap_time_s,
    position,
    compound,
    is_pit_out_lap,
    is_pit_in_lap,
    is_valid_lap,
    is_deleted,
    is_neutralised
FROM gold_analytics.fact_laps
WHERE session_key = {session_key}
ORDER BY driver_number, lap_number
