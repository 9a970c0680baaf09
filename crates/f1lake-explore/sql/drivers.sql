-- Drivers of a session with their team, its colour, and which car of the team each drives.
-- params: session_key integer
WITH cars AS (
    SELECT
        entries.driver_number,
        entries.driver_id,
        entries.name_acronym,
        entries.full_name,
        drivers.first_name,
        drivers.last_name,
        entries.team_id,
        entries.team_name,
        drivers.team_colour
    FROM gold_analytics.session_entries AS entries
    LEFT JOIN silver_clean.silver_drivers AS drivers
        ON entries.session_key = drivers.session_key AND entries.driver_number = drivers.driver_number
    WHERE entries.session_key = {session_key}
)

SELECT
    driver_number,
    driver_id,
    name_acronym,
    full_name,
    first_name,
    last_name,
    team_id,
    team_name,
    MAX(team_colour) OVER (PARTITION BY team_id) AS team_colour,
    ROW_NUMBER() OVER (PARTITION BY team_id ORDER BY driver_number) AS car_in_team
FROM cars
ORDER BY driver_number
