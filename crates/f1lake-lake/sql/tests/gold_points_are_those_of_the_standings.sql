-- The API's standings of drivers, and those of teams, grow in a race by the points of its result.

select session_key, driver_number, team_id, points, standings_points
from (with scores as (
    select session_key, driver_number, team_id, coalesce(points, 0) as points
    from gold_analytics.fact_results
),

driver_points as (
    select
        scores.session_key,
        scores.driver_number,
        cast(null as varchar) as team_id,
        scores.points,
        standings.points_current - standings.points_start as standings_points
    from scores
    inner join silver_clean.silver_championship_drivers as standings
        on scores.session_key = standings.session_key and scores.driver_number = standings.driver_number
),

team_scores as (
    select
        session_key,
        team_id,
        sum(points) as points,
        sum(sum(case when team_id is null then points else 0 end)) over (partition by session_key) as points_without_team
    from scores
    group by session_key, team_id
),

team_growth as (
    select
        session_key,
        case team_name
            when 'AlphaTauri' then 'racing_bulls'
            when 'Scuderia AlphaTauri' then 'racing_bulls'
            when 'RB' then 'racing_bulls'
            when 'RB F1 Team' then 'racing_bulls'
            when 'Visa Cash App RB' then 'racing_bulls'
            when 'Racing Bulls' then 'racing_bulls'
            when 'Alfa Romeo' then 'audi'
            when 'Alfa Romeo F1 Team Stake' then 'audi'
            when 'Stake F1 Team Kick Sauber' then 'audi'
            when 'Stake F1 Team' then 'audi'
            when 'Kick Sauber' then 'audi'
            when 'Sauber' then 'audi'
            when 'Audi' then 'audi'
            when 'Haas' then 'haas'
            when 'Haas F1 Team' then 'haas'
            when 'Red Bull' then 'red_bull'
            when 'Red Bull Racing' then 'red_bull'
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(team_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
        end as team_id,
        sum(points_current - points_start) as standings_points
    from silver_clean.silver_championship_teams
    where team_name is not null
    group by session_key, case team_name
            when 'AlphaTauri' then 'racing_bulls'
            when 'Scuderia AlphaTauri' then 'racing_bulls'
            when 'RB' then 'racing_bulls'
            when 'RB F1 Team' then 'racing_bulls'
            when 'Visa Cash App RB' then 'racing_bulls'
            when 'Racing Bulls' then 'racing_bulls'
            when 'Alfa Romeo' then 'audi'
            when 'Alfa Romeo F1 Team Stake' then 'audi'
            when 'Stake F1 Team Kick Sauber' then 'audi'
            when 'Stake F1 Team' then 'audi'
            when 'Kick Sauber' then 'audi'
            when 'Sauber' then 'audi'
            when 'Audi' then 'audi'
            when 'Haas' then 'haas'
            when 'Haas F1 Team' then 'haas'
            when 'Red Bull' then 'red_bull'
            when 'Red Bull Racing' then 'red_bull'
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(team_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
        end
),

team_points as (
    select
        team_scores.session_key,
        cast(0 as bigint) as driver_number,
        team_scores.team_id,
        team_scores.points,
        team_growth.standings_points
    from team_scores
    inner join team_growth
        on team_scores.session_key = team_growth.session_key and team_scores.team_id = team_growth.team_id
    where team_scores.points_without_team = 0
)

select
    *,
    points <> standings_points as is_odd
from (
    select session_key, driver_number, team_id, points, standings_points
    from driver_points
    union all
    select session_key, driver_number, team_id, points, standings_points
    from team_points
) as compared
where standings_points is not null) as compared
where is_odd
