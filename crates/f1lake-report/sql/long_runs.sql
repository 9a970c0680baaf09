SELECT
    driver_number,
    run_number,
    compound,
    tyre_age_first,
    first_lap,
    last_lap,
    laps,
    best_lap_time AS best_s,
    median_lap_time AS median_s,
    slope_s_per_lap AS slope_s,
    slope_standard_error AS slope_error_s,
    gap_to_best_on_compound AS gap_s
FROM gold_analytics.long_runs
WHERE session_key = {session_key}
ORDER BY median_lap_time, driver_number, run_number
