with scores as (
    select
        results.season,
        rounds.round,
        results.session_category,
        sessions.date_start,
        entries.driver_id,
        entries.full_name,
        entries.name_acronym,
        entries.team_id,
        entries.team_name,
        results.position,
        results.points
    from gold_analytics.fact_results as results
    inner join silver_clean.silver_sessions as sessions
        on results.session_key = sessions.session_key
    inner join gold_analytics.dim_rounds as rounds
        on results.season = rounds.season and results.meeting_key = rounds.meeting_key
    inner join gold_analytics.session_entries as entries
        on results.session_key = entries.session_key and results.driver_number = entries.driver_number
    where results.session_category in ('Race', 'Sprint')
),

newest as (
    select
        season,
        team_id,
        driver_id,
        full_name,
        name_acronym,
        team_name,
        row_number() over (
            partition by season, team_id, driver_id order by date_start desc, full_name desc nulls last
        ) as _rn
    from scores
),

-- From the first round with the team on, also for rounds that the driver missed.
firsts as (
    select season, team_id, driver_id, min(round) as first_round
    from scores
    group by season, team_id, driver_id
),

sums as (
    select
        firsts.season,
        rounds.round,
        rounds.meeting_key,
        rounds.meeting_name,
        firsts.team_id,
        firsts.driver_id,
        sum(case when scores.round = rounds.round then scores.points end) as round_points,
        sum(scores.points) as points,
        count(case when scores.session_category = 'Race' then 1 end) as races,
        min(case when scores.session_category = 'Race' then scores.position end) as best_race_position
    from firsts
    inner join gold_analytics.dim_rounds as rounds
        on firsts.season = rounds.season and firsts.first_round <= rounds.round and rounds.is_in_lake
    inner join scores
        on
            firsts.season = scores.season
            and firsts.team_id = scores.team_id
            and firsts.driver_id = scores.driver_id
            and rounds.round >= scores.round
    group by
        firsts.season, rounds.round, rounds.meeting_key, rounds.meeting_name, firsts.team_id, firsts.driver_id
),

shared as (
    select
        *,
        sum(points) over (partition by season, round, team_id) as team_points
    from sums
)

select
    shared.season,
    shared.round,
    shared.meeting_key,
    shared.meeting_name,
    shared.team_id,
    newest.team_name,
    shared.driver_id,
    newest.full_name,
    newest.name_acronym,
    cast(shared.races as bigint) as races,
    shared.best_race_position,
    shared.round_points,
    shared.points,
    shared.team_points,
    (cast(shared.points as double) / nullif(cast(shared.team_points as double), 0)) * 100 as share_percent
from shared
inner join newest
    on
        shared.season = newest.season
        and shared.team_id = newest.team_id
        and shared.driver_id = newest.driver_id
        and newest._rn = 1
