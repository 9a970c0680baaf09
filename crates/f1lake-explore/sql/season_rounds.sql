-- Rounds of a season: which have a result in the lake, and who won the race.
-- params: season integer
WITH winners AS (
    SELECT session_key, MIN(driver_id) AS driver_id, MIN(name_acronym) AS name_acronym
    FROM gold_analytics.fact_results
    WHERE season = {season} AND position = 1 AND session_category IN ('Race', 'Sprint')
    GROUP BY session_key
)

SELECT
    rounds.round,
    rounds.meeting_key,
    rounds.meeting_name,
    rounds.race_session_key,
    rounds.sprint_session_key,
    rounds.is_in_calendar,
    rounds.is_in_lake,
    rounds.has_race_result,
    rounds.has_sprint_result,
    rounds.rounds_missing,
    rounds.rounds_in_season,
    races.driver_id AS winner_id,
    races.name_acronym AS winner,
    sprints.driver_id AS sprint_winner_id,
    sprints.name_acronym AS sprint_winner
FROM gold_analytics.dim_rounds AS rounds
LEFT JOIN winners AS races
    ON rounds.race_session_key = races.session_key
LEFT JOIN winners AS sprints
    ON rounds.sprint_session_key = sprints.session_key
WHERE rounds.season = {season}
ORDER BY rounds.round
