-- Points of drivers and teams after a round are those of the API's standings, where no result is missing so far.
-- Each difference counts once, in the round in which it first appears.

with differences as (
    select
        season,
        round,
        meeting_key,
        competitor_type,
        competitor_id,
        points,
        api_points,
        points_difference,
        lag(points_difference) over (partition by season, competitor_type, competitor_id order by round)
            as previous_difference
    from gold_analytics.championship_progress
    where rounds_missing = 0 and api_points is not null
)

select
    rounds.race_session_key as session_key,
    differences.season,
    differences.round,
    differences.competitor_type,
    differences.competitor_id,
    differences.points,
    differences.api_points
from differences
inner join gold_analytics.dim_rounds as rounds
    on differences.season = rounds.season and differences.round = rounds.round
where
    differences.points_difference <> 0
    and differences.points_difference <> coalesce(differences.previous_difference, 0)
