{{ config(
    materialized=whole_lake(),
    meta={
        'grain': 'lake',
        'key': ['season', 'round', 'competitor_type', 'competitor_id'],
        'partition_by': [],
    }
) }}

with results as (
    select
        results.season,
        results.meeting_key,
        results.session_key,
        results.session_category,
        results.driver_number,
        results.driver_id,
        results.full_name,
        results.team_id,
        results.team_name,
        results.position,
        results.points,
        sessions.date_start
    from {{ ref('fact_results') }} as results
    inner join {{ ref('silver_sessions') }} as sessions
        on results.session_key = sessions.session_key
    where results.session_category in ('Race', 'Sprint') and results.season is not null
),

-- Rounds are counted over the meetings that are in the lake with a race or sprint result.
rounds as (
    select
        season,
        meeting_key,
        last_date,
        cast(row_number() over (partition by season order by last_date, meeting_key) as bigint) as round
    from (
        select season, meeting_key, max(date_start) as last_date
        from results
        group by season, meeting_key
    ) as meetings
),

scores as (
    select
        season, meeting_key, 'driver' as competitor_type, driver_id as competitor_id,
        full_name as competitor_name, session_category, date_start, position, points
    from results
    where driver_id is not null
    union all
    select
        season, meeting_key, 'team' as competitor_type, team_id as competitor_id,
        team_name as competitor_name, session_category, date_start, position, points
    from results
    where team_id is not null
),

by_round as (
    select
        season,
        meeting_key,
        competitor_type,
        competitor_id,
        sum(case when session_category = 'Race' then points end) as race_points,
        sum(case when session_category = 'Sprint' then points end) as sprint_points,
        sum(points) as round_points,
        count(case when session_category = 'Race' and position = 1 then 1 end) as race_wins,
        count(case when session_category = 'Race' and position <= 3 then 1 end) as race_podiums
    from scores
    group by season, meeting_key, competitor_type, competitor_id
),

names as (
    select
        season,
        competitor_type,
        competitor_id,
        competitor_name,
        row_number() over (
            partition by season, competitor_type, competitor_id
            order by date_start desc, competitor_name desc nulls last
        ) as _rn
    from scores
),

-- A competitor has a row for every round from the first one of its season on, also for rounds it missed.
firsts as (
    select
        by_round.season,
        by_round.competitor_type,
        by_round.competitor_id,
        min(rounds.round) as first_round
    from by_round
    inner join rounds
        on by_round.season = rounds.season and by_round.meeting_key = rounds.meeting_key
    group by by_round.season, by_round.competitor_type, by_round.competitor_id
),

progress as (
    select
        firsts.season,
        rounds.round,
        rounds.meeting_key,
        firsts.competitor_type,
        firsts.competitor_id,
        by_round.race_points,
        by_round.sprint_points,
        by_round.round_points,
        sum(by_round.round_points) over (
            partition by firsts.season, firsts.competitor_type, firsts.competitor_id order by rounds.round
            rows between unbounded preceding and current row
        ) as points,
        sum(by_round.race_wins) over (
            partition by firsts.season, firsts.competitor_type, firsts.competitor_id order by rounds.round
            rows between unbounded preceding and current row
        ) as wins,
        sum(by_round.race_podiums) over (
            partition by firsts.season, firsts.competitor_type, firsts.competitor_id order by rounds.round
            rows between unbounded preceding and current row
        ) as podiums
    from firsts
    inner join rounds
        on firsts.season = rounds.season and firsts.first_round <= rounds.round
    left join by_round
        on
            firsts.season = by_round.season
            and rounds.meeting_key = by_round.meeting_key
            and firsts.competitor_type = by_round.competitor_type
            and firsts.competitor_id = by_round.competitor_id
),

-- What the API itself predicted in the race of the round: a cross-check, not always corrected for penalties.
api_standings as (
    select
        sessions.year as season, api.meeting_key, 'driver' as competitor_type, drivers.driver_id as competitor_id,
        max(api.points_current) as api_points, min(api.position_current) as api_position
    from {{ ref('silver_championship_drivers') }} as api
    inner join {{ ref('silver_sessions') }} as sessions
        on api.session_key = sessions.session_key
    inner join {{ ref('silver_drivers') }} as drivers
        on api.session_key = drivers.session_key and api.driver_number = drivers.driver_number
    where sessions.session_category = 'Race'
    group by sessions.year, api.meeting_key, drivers.driver_id
    union all
    select
        sessions.year as season, api.meeting_key, 'team' as competitor_type,
        {{ team_lineage('api.team_name') }} as competitor_id,
        max(api.points_current) as api_points, min(api.position_current) as api_position
    from {{ ref('silver_championship_teams') }} as api
    inner join {{ ref('silver_sessions') }} as sessions
        on api.session_key = sessions.session_key
    where sessions.session_category = 'Race' and api.team_name is not null
    group by sessions.year, api.meeting_key, {{ team_lineage('api.team_name') }}
)

select
    progress.season,
    progress.round,
    progress.meeting_key,
    meetings.meeting_name,
    progress.competitor_type,
    progress.competitor_id,
    names.competitor_name,
    progress.race_points,
    progress.sprint_points,
    progress.round_points,
    progress.points,
    cast(rank() over (
        partition by progress.season, progress.round, progress.competitor_type
        order by progress.points desc nulls last, progress.wins desc nulls last
    ) as bigint) as position,
    max(progress.points) over (partition by progress.season, progress.round, progress.competitor_type)
    - progress.points as points_behind,
    cast(progress.wins as bigint) as wins,
    cast(progress.podiums as bigint) as podiums,
    api_standings.api_points,
    api_standings.api_position,
    progress.points - api_standings.api_points as points_difference
from progress
left join {{ ref('silver_meetings') }} as meetings
    on progress.meeting_key = meetings.meeting_key
left join names
    on
        progress.season = names.season
        and progress.competitor_type = names.competitor_type
        and progress.competitor_id = names.competitor_id
        and names._rn = 1
left join api_standings
    on
        progress.season = api_standings.season
        and progress.meeting_key = api_standings.meeting_key
        and progress.competitor_type = api_standings.competitor_type
        and progress.competitor_id = api_standings.competitor_id
