-- Other messages of the stewards, one a row: noted, investigated, no further action, warnings; with the cars named.
-- params: session_key integer
SELECT
    message_number,
    MIN(date) AS date,
    MIN(lap_number) AS lap_number,
    STRING_AGG(name_acronym, ', ' ORDER BY car_order) AS drivers,
    MIN(verdict) AS verdict,
    MIN(penalty_kind) AS penalty_kind,
    MIN(reason) AS reason,
    MIN(turn) AS turn,
    MIN(incident_lap) AS incident_lap,
    MIN(message) AS message
FROM gold_analytics.steward_messages
WHERE
    session_key = {session_key}
    AND verdict IN ('noted', 'under_investigation', 'to_be_investigated', 'no_further_action', 'warning', 'served')
GROUP BY message_number
ORDER BY message_number
