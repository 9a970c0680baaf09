-- What people ask first about a season: who leads, rounds in the lake, wins, the title, the closest teammates.
-- params: season integer
WITH ordered AS (
    SELECT
        progress.competitor_type,
        progress.competitor_id,
        progress.competitor_name,
        progress.position,
        progress.points,
        progress.wins,
        progress.round,
        progress.rounds_missing,
        progress.rounds_left,
        progress.is_title_open,
        ROW_NUMBER() OVER (
            PARTITION BY progress.competitor_type
            ORDER BY
                progress.position NULLS LAST,
                progress.points DESC NULLS LAST,
                progress.wins DESC,
                progress.podiums DESC
        ) AS place,
        MAX(progress.wins) OVER (PARTITION BY progress.competitor_type) AS most_wins,
        SUM(progress.wins) OVER (PARTITION BY progress.competitor_type) AS races,
        MAX(progress.round) OVER () AS last_round
    FROM gold_analytics.championship_progress AS progress
    WHERE
        progress.season = {season}
        AND progress.round = (
            SELECT MAX(latest.round)
            FROM gold_analytics.championship_progress AS latest
            WHERE latest.season = {season}
        )
),

winners AS (
    SELECT
        MAX(most_wins) AS most_wins,
        MAX(races) AS races,
        COUNT(CASE WHEN is_title_open THEN 1 END) AS drivers_open,
        STRING_AGG(CASE WHEN wins = most_wins AND wins > 0 THEN competitor_id END, ',' ORDER BY place) AS most_wins_ids
    FROM ordered
    WHERE competitor_type = 'driver'
),

rounds AS (
    SELECT
        COUNT(CASE WHEN is_in_lake THEN 1 END) AS rounds_in_lake,
        MAX(rounds_in_season) AS rounds_in_season
    FROM gold_analytics.dim_rounds
    WHERE season = {season}
),

pairs AS (
    SELECT
        name_acronym,
        teammate_acronym,
        team_name,
        median_qualifying_gap_s,
        qualifyings_compared,
        ROW_NUMBER() OVER (
            ORDER BY median_qualifying_gap_s, qualifyings_compared DESC, driver_id
        ) AS place
    FROM gold_analytics.teammates_season
    WHERE season = {season} AND session_category = 'Qualifying' AND median_qualifying_gap_s >= 0
)

SELECT
    drivers.competitor_id AS driver_id,
    drivers.competitor_name AS driver,
    drivers.position AS driver_position,
    drivers.points AS driver_points,
    teams.competitor_id AS team_id,
    teams.competitor_name AS team,
    teams.position AS team_position,
    teams.points AS team_points,
    drivers.round,
    drivers.rounds_missing,
    drivers.rounds_left,
    rounds.rounds_in_lake,
    rounds.rounds_in_season,
    winners.most_wins,
    winners.races,
    winners.most_wins_ids,
    winners.drivers_open,
    pairs.teammate_acronym AS closest_first,
    pairs.name_acronym AS closest_second,
    pairs.team_name AS closest_team,
    pairs.median_qualifying_gap_s AS closest_gap_s,
    pairs.qualifyings_compared AS closest_compared
FROM rounds
CROSS JOIN winners
LEFT JOIN ordered AS drivers
    ON drivers.competitor_type = 'driver' AND drivers.place = 1
LEFT JOIN ordered AS teams
    ON teams.competitor_type = 'team' AND teams.place = 1
LEFT JOIN pairs
    ON pairs.place = 1
ORDER BY rounds.rounds_in_lake
