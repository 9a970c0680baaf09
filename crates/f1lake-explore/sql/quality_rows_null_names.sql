-- Drivers without name, acronym or team.
-- params: session_key integer
WITH compared AS (
    SELECT
        driver_number, full_name, name_acronym, team_name, broadcast_name,
        full_name IS NULL OR name_acronym IS NULL OR team_name IS NULL AS is_odd
    FROM silver_clean.silver_drivers
    WHERE session_key = {session_key}
)

SELECT driver_number, full_name, name_acronym, team_name, broadcast_name
FROM compared
WHERE compared.is_odd
ORDER BY driver_number
