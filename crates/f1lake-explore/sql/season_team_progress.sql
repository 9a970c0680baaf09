-- Points and position of each team after each round of a season that is in the lake.
-- params: season integer
SELECT
    round,
    meeting_name,
    rounds_missing,
    competitor_id,
    competitor_name,
    race_points,
    sprint_points,
    round_points,
    points,
    position
FROM gold_analytics.championship_progress
WHERE season = {season} AND competitor_type = 'team'
ORDER BY round, points DESC NULLS LAST, competitor_name
