SELECT
    driver_number,
    stint_number,
    compound,
    lap_start,
    lap_end,
    tyre_age_at_start
FROM gold_analytics.fact_stints
WHERE session_key = {session_key}
ORDER BY driver_number, stint_number
