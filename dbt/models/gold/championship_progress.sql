{{ config(
    materialized=whole_lake(),
    meta={
        'grain': 'lake',
        'key': ['season', 'round', 'competitor_type', 'competitor_id'],
        'partition_by': [],
    }
) }}

{#- Places that a count-back looks at. -#}
{%- set places = range(1, 31) %}
{%- set count_back = [] %}
{%- for place in places %}
{%- do count_back.append('places_' ~ place ~ ' desc nulls last') %}
{%- endfor %}

with rounds as (
    select
        *,
        rounds_in_season - round as rounds_left,
        sum(case when rounds_in_season is not null and race_session_key is not null then 1 else 0 end) over (
            partition by season order by round desc rows between unbounded preceding and current row
        ) - case when race_session_key is not null then 1 else 0 end as races_left,
        sum(case when rounds_in_season is not null and sprint_session_key is not null then 1 else 0 end) over (
            partition by season order by round desc rows between unbounded preceding and current row
        ) - case when sprint_session_key is not null then 1 else 0 end as sprints_left
    from {{ ref('dim_rounds') }}
),

results as (
    select
        results.season,
        rounds.round,
        results.session_category,
        sessions.date_start,
        entries.driver_id,
        entries.full_name,
        entries.team_id,
        entries.team_name,
        case when results.session_category = 'Race' then results.position end as race_position,
        results.points
    from {{ ref('fact_results') }} as results
    inner join {{ ref('silver_sessions') }} as sessions
        on results.session_key = sessions.session_key
    inner join rounds
        on results.season = rounds.season and results.meeting_key = rounds.meeting_key
    inner join {{ ref('session_entries') }} as entries
        on results.session_key = entries.session_key and results.driver_number = entries.driver_number
    where results.session_category in ('Race', 'Sprint')
),

scores as (
    select
        season, round, 'driver' as competitor_type, driver_id as competitor_id, full_name as competitor_name,
        session_category, date_start, race_position, points
    from results
    union all
    select
        season, round, 'team' as competitor_type, team_id as competitor_id, team_name as competitor_name,
        session_category, date_start, race_position, points
    from results
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
    select season, competitor_type, competitor_id, min(round) as first_round
    from scores
    group by season, competitor_type, competitor_id
),

progress as (
    select
        firsts.season,
        rounds.round,
        firsts.competitor_type,
        firsts.competitor_id,
        sum(case when scores.round = rounds.round and scores.session_category = 'Race' then scores.points end)
            as race_points,
        sum(case when scores.round = rounds.round and scores.session_category = 'Sprint' then scores.points end)
            as sprint_points,
        sum(case when scores.round = rounds.round then scores.points end) as round_points,
        sum(scores.points) as points,
        {% for place in places %}
        count(case when scores.race_position = {{ place }} then 1 end) as places_{{ place }},
        {% endfor %}
        count(case when scores.race_position <= 3 then 1 end) as podiums
    from firsts
    inner join rounds
        on firsts.season = rounds.season and firsts.first_round <= rounds.round and rounds.is_in_lake
    inner join scores
        on
            firsts.season = scores.season
            and firsts.competitor_type = scores.competitor_type
            and firsts.competitor_id = scores.competitor_id
            and rounds.round >= scores.round
    group by firsts.season, rounds.round, firsts.competitor_type, firsts.competitor_id
),

-- Equal points are decided by the better place in races, the number of wins first, then of second places and so on.
ranked as (
    select
        *,
        cast(rank() over (
            partition by season, round, competitor_type
            order by
                points desc nulls last,
                {{ count_back | join(',\n                ') }}
        ) as bigint) as position,
        max(points) over (partition by season, round, competitor_type) as leader_points
    from progress
),

-- A driver can win 25 a race and 8 a sprint, a team 25 + 18 and 8 + 7; until 2024 one more for the fastest lap.
possible as (
    select
        ranked.*,
        case
            when rounds.rounds_missing = 0
                then cast(
                    rounds.races_left * (
                        case when ranked.competitor_type = 'driver' then 25 else 43 end
                        + case when ranked.season <= 2024 then 1 else 0 end
                    )
                    + rounds.sprints_left * case when ranked.competitor_type = 'driver' then 8 else 15 end
                    as double
                )
        end as points_left
    from ranked
    inner join rounds
        on ranked.season = rounds.season and ranked.round = rounds.round
),

-- What the API itself predicted in the race of the round: a cross-check, not always corrected for penalties.
api_standings as (
    select
        sessions.year as season, api.meeting_key, 'driver' as competitor_type, entries.driver_id as competitor_id,
        max(api.points_current) as api_points, min(api.position_current) as api_position
    from {{ ref('silver_championship_drivers') }} as api
    inner join {{ ref('silver_sessions') }} as sessions
        on api.session_key = sessions.session_key
    inner join {{ ref('session_entries') }} as entries
        on api.session_key = entries.session_key and api.driver_number = entries.driver_number
    where sessions.session_category = 'Race'
    group by sessions.year, api.meeting_key, entries.driver_id
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
    possible.season,
    possible.round,
    rounds.rounds_in_season,
    rounds.rounds_left,
    rounds.rounds_missing,
    rounds.meeting_key,
    rounds.meeting_name,
    possible.competitor_type,
    possible.competitor_id,
    names.competitor_name,
    possible.race_points,
    possible.sprint_points,
    possible.round_points,
    possible.points,
    case when rounds.rounds_missing = 0 then possible.position end as position,
    case when rounds.rounds_missing = 0 then possible.leader_points - possible.points end as points_behind,
    possible.points_left,
    case
        when rounds.rounds_missing = 0 and rounds.rounds_left = 0 then possible.position = 1
        when rounds.rounds_missing = 0 then possible.points + possible.points_left >= possible.leader_points
    end as is_title_open,
    possible.places_1 as wins,
    possible.podiums,
    api_standings.api_points,
    api_standings.api_position,
    possible.points - api_standings.api_points as points_difference
from possible
inner join rounds
    on possible.season = rounds.season and possible.round = rounds.round
left join names
    on
        possible.season = names.season
        and possible.competitor_type = names.competitor_type
        and possible.competitor_id = names.competitor_id
        and names._rn = 1
left join api_standings
    on
        possible.season = api_standings.season
        and rounds.meeting_key = api_standings.meeting_key
        and possible.competitor_type = api_standings.competitor_type
        and possible.competitor_id = api_standings.competitor_id
