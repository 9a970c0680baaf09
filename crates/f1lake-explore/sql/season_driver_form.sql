-- Form of each driver in the last five rounds of a season: points of each round, their sum, wins and podiums.
-- params: season integer
WITH last_rounds AS (
    SELECT MAX(round) AS round
    FROM gold_analytics.season_form
    WHERE season = {season} AND competitor_type = 'driver'
),

each_round AS (
    SELECT
        progress.competitor_id,
        MAX(CASE WHEN progress.round = last_rounds.round - 4 THEN progress.round_points END) AS points_4_before,
        MAX(CASE WHEN progress.round = last_rounds.round - 3 THEN progress.round_points END) AS points_3_before,
        MAX(CASE WHEN progress.round = last_rounds.round - 2 THEN progress.round_points END) AS points_2_before,
        MAX(CASE WHEN progress.round = last_rounds.round - 1 THEN progress.round_points END) AS points_1_before,
        MAX(CASE WHEN progress.round = last_rounds.round THEN progress.round_points END) AS points_of_round,
        SUM(CASE WHEN progress.round > last_rounds.round - 5 THEN progress.round_points END) AS points_in_lake
    FROM gold_analytics.championship_progress AS progress
    CROSS JOIN last_rounds
    WHERE progress.season = {season} AND progress.competitor_type = 'driver'
    GROUP BY progress.competitor_id
)

SELECT
    form.round,
    form.rounds_left,
    form.rounds_missing,
    form.competitor_id,
    form.competitor_name,
    form.points,
    form.position,
    form.positions_gained,
    each_round.points_4_before,
    each_round.points_3_before,
    each_round.points_2_before,
    each_round.points_1_before,
    each_round.points_of_round,
    each_round.points_in_lake,
    form.form_rounds,
    form.form_points,
    form.form_position,
    form.form_wins,
    form.form_podiums,
    form.points_left,
    form.most_points,
    form.best_possible_position,
    form.title_status
FROM gold_analytics.season_form AS form
INNER JOIN last_rounds
    ON form.round = last_rounds.round
LEFT JOIN each_round
    ON form.competitor_id = each_round.competitor_id
WHERE form.season = {season} AND form.competitor_type = 'driver'
ORDER BY
    form.form_position NULLS LAST,
    each_round.points_in_lake DESC NULLS LAST,
    form.points DESC NULLS LAST,
    form.competitor_name
