SELECT
    driver_number,
    stint_number,
    compound,
    racing_laps,
    fitted_laps,
    median_fuel_corrected_time AS median_s,
    new_tyre_time AS new_tyre_s,
    degradation AS slope_s,
    degradation_stderr AS slope_error_s,
    residual_stddev AS scatter_s
FROM gold_analytics.stint_degradation
WHERE session_key = {session_key}
ORDER BY driver_number, stint_number
