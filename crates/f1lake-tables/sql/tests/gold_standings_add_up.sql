-- Points after the last round of a season are all the points of its races and sprints, of drivers and of teams.
with last_round as (
    select season, max(round) as round
    from gold_analytics.championship_progress
    group by season
),

standings as (
    select
        progress.season,
        sum(case when progress.competitor_type = 'driver' then progress.points end) as driver_points,
        sum(case when progress.competitor_type = 'team' then progress.points end) as team_points
    from gold_analytics.championship_progress as progress
    inner join last_round
        on progress.season = last_round.season and progress.round = last_round.round
    group by progress.season
),

results as (
    select season, sum(points) as points
    from gold_analytics.fact_results
    where session_category in ('Race', 'Sprint') and season is not null
    group by season
)

select results.season, results.points, standings.driver_points, standings.team_points
from results
left join standings
    on results.season = standings.season
where
    (results.points is distinct from standings.driver_points)
    or (results.points is distinct from standings.team_points)
