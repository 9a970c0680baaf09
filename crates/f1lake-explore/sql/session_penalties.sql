-- Penalties that race control announced in a session, and how each was served.
-- params: session_key integer
SELECT
    date,
    lap_number,
    driver_number,
    name_acronym,
    penalty_kind,
    penalty_seconds,
    grid_places,
    fine_eur,
    reason,
    turn,
    incident_lap,
    date_noted,
    date_investigated,
    served_by,
    served_lap_number,
    message
FROM gold_analytics.penalties
WHERE session_key = {session_key} AND (penalty_kind <> 'lap_deletion' OR penalty_kind IS NULL)
ORDER BY date, driver_number
