-- Drivers of a season with their last team and number, the colour of the team, and which car of the team each drives.
-- params: season integer
WITH entered AS (
    SELECT
        entries.driver_id,
        entries.driver_number,
        entries.name_acronym,
        entries.full_name,
        drivers.first_name,
        drivers.last_name,
        entries.team_id,
        entries.team_name,
        drivers.team_colour,
        SUM(CASE WHEN sessions.session_category IN ('Race', 'Sprint') THEN 1 ELSE 0 END)
            OVER (PARTITION BY entries.driver_id) AS races,
        ROW_NUMBER() OVER (PARTITION BY entries.driver_id ORDER BY sessions.date_start DESC, entries.session_key DESC)
            AS newest
    FROM gold_analytics.session_entries AS entries
    INNER JOIN gold_analytics.dim_sessions AS sessions
        ON entries.session_key = sessions.session_key
    LEFT JOIN silver_clean.silver_drivers AS drivers
        ON entries.session_key = drivers.session_key AND entries.driver_number = drivers.driver_number
    WHERE entries.season = {season}
)

SELECT
    driver_id,
    driver_number,
    name_acronym,
    full_name,
    first_name,
    last_name,
    team_id,
    team_name,
    MAX(team_colour) OVER (PARTITION BY team_id) AS team_colour,
    ROW_NUMBER() OVER (
        PARTITION BY team_id ORDER BY CASE WHEN races > 0 THEN 0 ELSE 1 END, driver_number
    ) AS car_in_team
FROM entered
WHERE newest = 1
ORDER BY driver_number, driver_id
