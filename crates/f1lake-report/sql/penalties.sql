SELECT
    driver_number,
    penalty_number,
    lap_number,
    penalty_kind AS kind,
    penalty_seconds AS seconds,
    grid_places,
    fine_eur,
    reason,
    turn,
    deleted_lap_number,
    is_reinstated,
    served_by,
    served_lap_number
FROM gold_analytics.penalties
WHERE session_key = {session_key}
ORDER BY date, driver_number, penalty_number
