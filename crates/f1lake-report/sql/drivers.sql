SELECT
    driver_number,
    name_acronym,
    full_name,
    team_name,
    team_colour
FROM silver_clean.silver_drivers
WHERE session_key = {session_key}
ORDER BY driver_number
