SELECT
    qualifying_phase AS part,
    drivers_with_time,
    best_lap_time AS best_s,
    best_driver_number,
    cutoff_time AS cutoff_s,
    laps,
    deleted_laps,
    ideal_lap_time AS ideal_s,
    evolution_from_previous_part_s,
    evolution_s_per_minute,
    evolution_drivers
FROM gold_analytics.qualifying_part_summary
WHERE session_key = {session_key}
ORDER BY qualifying_phase
