-- The API's standings of drivers, and those of teams, grow in a race by the points of its result.

select session_key, driver_number, team_id, points, standings_points
from (with results as (
    select session_key, driver_number, team_id, coalesce(points, 0) as points
    from gold_analytics.fact_results
),

drivers as (
    select
        results.session_key,
        results.driver_number,
        cast(null as varchar) as team_id,
        results.points,
        standings.points_current - standings.points_start as standings_points
    from results
    inner join silver_clean.silver_championship_drivers as standings
        on results.session_key = standings.session_key and results.driver_number = standings.driver_number
),

team_results as (
    select
        session_key,
        team_id,
        sum(points) as points,
        sum(sum(case when team_id is null then points else 0 end)) over (partition by session_key) as points_without_team
    from results
    group by session_key, team_id
),

team_standings as (
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

teams as (
    select
        team_results.session_key,
        cast(0 as bigint) as driver_number,
        team_results.team_id,
        team_results.points,
        team_standings.standings_points
    from team_results
    inner join team_standings
        on team_results.session_key = team_standings.session_key and team_results.team_id = team_standings.team_id
    where team_results.points_without_team = 0
)

select
    *,
    points <> standings_points as is_odd
from (
    select session_key, driver_number, team_id, points, standings_points
    from drivers
    union all
    select session_key, driver_number, team_id, points, standings_points
    from teams
) as compared
where standings_points is not null) as compared
where is_odd
