{{ config(
    materialized=whole_lake(),
    meta={
        'grain': 'lake',
        'key': ['season', 'session_category', 'team_id', 'driver_id', 'teammate_id'],
        'partition_by': [],
    }
) }}

-- Persons, not numbers: a number without a name in one session is who had it nearby.
with pairs as (
    select
        teammates.season,
        teammates.session_category,
        teammates.team_id,
        own.driver_id,
        own.full_name,
        own.name_acronym,
        other.driver_id as teammate_id,
        other.full_name as teammate_full_name,
        other.name_acronym as teammate_acronym,
        teammates.team_name,
        sessions.date_start,
        teammates.session_key,
        teammates.comparison,
        teammates.is_ahead,
        teammates.have_both_finished,
        teammates.position,
        teammates.teammate_position,
        teammates.points,
        teammates.teammate_points,
        teammates.qualifying_gap_s,
        teammates.qualifying_gap_percent,
        teammates.race_pace_gap_s,
        teammates.race_pace_gap_percent,
        teammates.best_lap_gap_s
    from {{ ref('teammates') }} as teammates
    inner join {{ ref('silver_sessions') }} as sessions
        on teammates.session_key = sessions.session_key
    inner join {{ ref('session_entries') }} as own
        on teammates.session_key = own.session_key and teammates.driver_number = own.driver_number
    inner join {{ ref('session_entries') }} as other
        on teammates.session_key = other.session_key and teammates.teammate_number = other.driver_number
    where
        teammates.season is not null
        and teammates.session_category is not null
        and own.driver_id <> other.driver_id
),

named as (
    select
        *,
        row_number() over (
            partition by season, session_category, team_id, driver_id, teammate_id
            order by date_start desc nulls last, session_key desc
        ) as _rn
    from pairs
),

sums as (
    select
        season,
        session_category,
        team_id,
        driver_id,
        teammate_id,
        max(case when _rn = 1 then team_name end) as team_name,
        max(case when _rn = 1 then full_name end) as full_name,
        max(case when _rn = 1 then name_acronym end) as name_acronym,
        max(case when _rn = 1 then teammate_full_name end) as teammate_full_name,
        max(case when _rn = 1 then teammate_acronym end) as teammate_acronym,
        count(*) as sessions,
        count(case when comparison = 'both ran' then 1 end) as sessions_compared,
        count(case when is_ahead then 1 end) as ahead,
        count(case when not is_ahead then 1 end) as not_ahead,
        count(case when have_both_finished then 1 end) as both_finished,
        count(case when have_both_finished and is_ahead then 1 end) as ahead_of_both_finished,
        min(position) as best_position,
        min(teammate_position) as teammate_best_position,
        sum(points) as points,
        sum(teammate_points) as teammate_points,
        count(qualifying_gap_s) as qualifyings_compared,
        count(case when qualifying_gap_s < 0 then 1 end) as qualifyings_faster,
        {{ median_of_times('qualifying_gap_s') }} as median_qualifying_gap_s,
        median(qualifying_gap_percent) as median_qualifying_gap_percent,
        count(race_pace_gap_s) as race_paces_compared,
        count(case when race_pace_gap_s < 0 then 1 end) as race_paces_faster,
        median(race_pace_gap_s) as median_race_pace_gap_s,
        median(race_pace_gap_percent) as median_race_pace_gap_percent,
        {{ median_of_times('best_lap_gap_s') }} as median_best_lap_gap_s
    from named
    group by season, session_category, team_id, driver_id, teammate_id
)

select
    season,
    session_category,
    team_id,
    team_name,
    driver_id,
    full_name,
    name_acronym,
    teammate_id,
    teammate_full_name,
    teammate_acronym,
    cast(sessions as bigint) as sessions,
    cast(sessions_compared as bigint) as sessions_compared,
    cast(ahead as bigint) as ahead,
    cast(not_ahead as bigint) as not_ahead,
    cast(case when session_category in ('Race', 'Sprint') then both_finished end as bigint) as both_finished,
    cast(case when session_category in ('Race', 'Sprint') then ahead_of_both_finished end as bigint)
        as ahead_of_both_finished,
    best_position,
    teammate_best_position,
    points,
    teammate_points,
    cast(qualifyings_compared as bigint) as qualifyings_compared,
    cast(case when qualifyings_compared > 0 then qualifyings_faster end as bigint) as qualifyings_faster,
    median_qualifying_gap_s,
    median_qualifying_gap_percent,
    cast(race_paces_compared as bigint) as race_paces_compared,
    cast(case when race_paces_compared > 0 then race_paces_faster end as bigint) as race_paces_faster,
    median_race_pace_gap_s,
    median_race_pace_gap_percent,
    median_best_lap_gap_s
from sums
