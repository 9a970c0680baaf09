-- Points after the last round of a season are the sum of all points of its races and sprints.
with last_round as (
    select season, max(round) as round
    from {{ ref('championship_progress') }}
    group by season
),

standings as (
    select progress.season, progress.competitor_id, progress.points
    from {{ ref('championship_progress') }} as progress
    inner join last_round
        on progress.season = last_round.season and progress.round = last_round.round
    where progress.competitor_type = 'driver'
),

results as (
    select season, driver_id, sum(points) as points
    from {{ ref('fact_results') }}
    where session_category in ('Race', 'Sprint') and driver_id is not null
    group by season, driver_id
)

select results.season, results.driver_id, results.points, standings.points as standing
from results
left join standings
    on results.season = standings.season and results.driver_id = standings.competitor_id
where
    (results.points is null) <> (standings.points is null)
    or results.points <> standings.points
