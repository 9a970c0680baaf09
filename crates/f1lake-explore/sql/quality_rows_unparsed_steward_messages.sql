-- Messages about incidents, penalties and deleted laps that are not understood.
-- params: session_key integer
WITH compared AS (
    SELECT message_number, date, lap_number, driver_number, name_acronym, message, verdict IS NULL AS is_odd
    FROM gold_analytics.steward_messages
    WHERE session_key = {session_key} AND car_order = 1
)

SELECT message_number, date, lap_number, driver_number, name_acronym, message
FROM compared
WHERE compared.is_odd
ORDER BY message_number
