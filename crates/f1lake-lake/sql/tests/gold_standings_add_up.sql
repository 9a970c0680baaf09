-- Points after each round, of drivers and of teams, are all the points of the season's races and sprints by then.
with standings as (
    select
        season,
        round,
        sum(case when competitor_type = 'driver' then points end) as driver_points,
        sum(case when competitor_type = 'team' then points end) as team_points
    from gold_analytics.championship_progress
    group by season, round
),

results as (
    select season, meeting_key, sum(points) as points
    from gold_analytics.fact_results
    where session_category in ('Race', 'Sprint') and season is not null
    group by season, meeting_key
),

so_far as (
    select
        results.season,
        rounds.round,
        sum(results.points) over (
            partition by results.season order by rounds.round rows between unbounded preceding and current row
        ) as points
    from results
    inner join gold_analytics.dim_rounds as rounds
        on results.season = rounds.season and results.meeting_key = rounds.meeting_key
)

select so_far.season, so_far.round, so_far.points, standings.driver_points, standings.team_points
from so_far
left join standings
    on so_far.season = standings.season and so_far.round = standings.round
where
    (so_far.points is distinct from standings.driver_points)
    or (so_far.points is distinct from standings.team_points)
