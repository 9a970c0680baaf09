SELECT
    driver_number,
    lap_number,
    gap_to_leader AS gap_to_leader_s,
    is_lapped
FROM gold_analytics.lap_positions
WHERE session_key = {session_key}
ORDER BY driver_number, lap_number
