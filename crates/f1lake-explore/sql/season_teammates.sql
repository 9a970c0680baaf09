-- Teammates of a season against each other, one row a pair and kind of session; gaps are first minus second driver.
-- params: season integer
WITH numbers AS (
    SELECT driver_id, MIN(driver_number) AS driver_number
    FROM gold_analytics.session_entries
    WHERE season = {season}
    GROUP BY driver_id
)

SELECT
    pairs.session_category,
    pairs.team_id,
    pairs.team_name,
    pairs.driver_id,
    pairs.name_acronym,
    pairs.teammate_id,
    pairs.teammate_acronym,
    pairs.sessions,
    pairs.sessions_compared,
    pairs.ahead,
    pairs.not_ahead,
    pairs.both_finished,
    pairs.ahead_of_both_finished,
    pairs.both_finished - pairs.ahead_of_both_finished AS behind_of_both_finished,
    pairs.best_position,
    pairs.teammate_best_position,
    pairs.points,
    pairs.teammate_points,
    pairs.qualifyings_compared,
    pairs.qualifyings_faster,
    pairs.qualifyings_compared - pairs.qualifyings_faster AS qualifyings_slower,
    pairs.median_qualifying_gap_s,
    pairs.median_qualifying_gap_percent,
    pairs.race_paces_compared,
    pairs.race_paces_faster,
    pairs.race_paces_compared - pairs.race_paces_faster AS race_paces_slower,
    pairs.median_race_pace_gap_s,
    pairs.median_race_pace_gap_percent
FROM gold_analytics.teammates_season AS pairs
INNER JOIN numbers AS first_numbers
    ON pairs.driver_id = first_numbers.driver_id
INNER JOIN numbers AS second_numbers
    ON pairs.teammate_id = second_numbers.driver_id
WHERE
    pairs.season = {season}
    AND pairs.session_category IN ('Qualifying', 'Race', 'Sprint Qualifying', 'Sprint')
    AND (
        first_numbers.driver_number < second_numbers.driver_number
        OR (first_numbers.driver_number = second_numbers.driver_number AND pairs.driver_id < pairs.teammate_id)
    )
ORDER BY pairs.session_category, pairs.team_name, pairs.driver_id, pairs.teammate_id
