SELECT
    driver_number,
    qualifying_phase AS part,
    place_in_part AS place,
    best_lap_time AS best_s,
    best_lap_number,
    gap_to_best_s,
    is_advanced,
    compound,
    tyre_age,
    deleted_laps,
    ideal_lap_time AS ideal_s
FROM gold_analytics.qualifying_summary
WHERE session_key = {session_key}
ORDER BY qualifying_phase, place_in_part, driver_number
