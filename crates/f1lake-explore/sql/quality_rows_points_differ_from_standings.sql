-- Drivers and teams whose points in a race are not what their points in the standings grew by.
-- params: session_key integer
WITH scores AS (
    SELECT session_key, driver_number, name_acronym, team_id, COALESCE(points, 0) AS points
    FROM gold_analytics.fact_results
    WHERE session_key = {session_key}
),

driver_points AS (
    SELECT
        'driver' AS standings,
        scores.driver_number,
        scores.name_acronym AS name,
        scores.points,
        growth.points_current - growth.points_start AS standings_points
    FROM scores
    INNER JOIN silver_clean.silver_championship_drivers AS growth
        ON scores.session_key = growth.session_key AND scores.driver_number = growth.driver_number
),

-- Points without a team in the session's list of drivers could be any team's.
team_scores AS (
    SELECT
        team_id,
        SUM(points) AS points,
        SUM(SUM(CASE WHEN team_id IS NULL THEN points ELSE 0 END)) OVER () AS points_without_team
    FROM scores
    GROUP BY team_id
),

-- The standings have names of teams only; entries know which team each name belongs to.
team_names AS (
    SELECT DISTINCT team_name, team_id
    FROM gold_analytics.session_entries
    WHERE team_id IS NOT NULL
),

team_growth AS (
    SELECT team_names.team_id, SUM(growth.points_current - growth.points_start) AS standings_points
    FROM silver_clean.silver_championship_teams AS growth
    INNER JOIN team_names
        ON growth.team_name = team_names.team_name
    WHERE growth.session_key = {session_key}
    GROUP BY team_names.team_id
),

team_points AS (
    SELECT
        'team' AS standings,
        CAST(NULL AS BIGINT) AS driver_number,
        team_scores.team_id AS name,
        team_scores.points,
        team_growth.standings_points
    FROM team_scores
    INNER JOIN team_growth
        ON team_scores.team_id = team_growth.team_id
    WHERE team_scores.points_without_team = 0
),

compared AS (
    SELECT standings, driver_number, name, points, standings_points, points <> standings_points AS is_odd
    FROM driver_points
    WHERE standings_points IS NOT NULL
    UNION ALL
    SELECT standings, driver_number, name, points, standings_points, points <> standings_points AS is_odd
    FROM team_points
    WHERE standings_points IS NOT NULL
)

SELECT standings, driver_number, name, points, standings_points
FROM compared
WHERE compared.is_odd
ORDER BY standings, driver_number, name
