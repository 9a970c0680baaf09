-- Standings of the drivers after the last round in the lake, from the results in the lake.
-- params: season integer
WITH last_rounds AS (
    SELECT MAX(round) AS round
    FROM gold_analytics.championship_progress
    WHERE season = {season} AND competitor_type = 'driver'
)

SELECT
    progress.round,
    progress.meeting_name,
    progress.rounds_left,
    progress.rounds_missing,
    progress.competitor_id,
    progress.competitor_name,
    progress.position,
    RANK() OVER (
        ORDER BY progress.points DESC NULLS LAST, progress.wins DESC, progress.podiums DESC
    ) AS place_by_points,
    progress.points,
    progress.points_behind,
    MAX(progress.points) OVER () - progress.points AS points_behind_in_lake,
    progress.wins,
    progress.podiums,
    form.positions_gained,
    form.title_status,
    form.best_possible_position,
    progress.api_position,
    progress.api_points
FROM gold_analytics.championship_progress AS progress
INNER JOIN last_rounds
    ON progress.round = last_rounds.round
LEFT JOIN gold_analytics.season_form AS form
    ON
        form.season = {season}
        AND form.competitor_type = 'driver'
        AND progress.round = form.round
        AND progress.competitor_id = form.competitor_id
WHERE progress.season = {season} AND progress.competitor_type = 'driver'
ORDER BY progress.position NULLS LAST, place_by_points, progress.competitor_name
