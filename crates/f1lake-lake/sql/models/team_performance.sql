with teams as (
    select
        session_key,
        meeting_key,
        session_category,
        season,
        session_name,
        batch_day,
        team_id,
        min(team_name) as team_name,
        count(*) as drivers,
        count(case when laps > 0 then 1 end) as drivers_with_laps,
        sum(laps) as laps,
        sum(timed_laps) as timed_laps,
        min(best_lap_time) as best_lap_time,
        (cast(sum(cast(round((best_lap_time) * 1000) as bigint)) as double) / nullif(cast(count(best_lap_time) as double), 0) / 1000) as mean_best_lap_time,
        max(best_lap_time) as slowest_best_lap_time,
        count(best_lap_time) as drivers_with_time,
        min(leaderboard_position) as best_position,
        max(leaderboard_position) as worst_position,
        sum(points) as points,
        sum(pit_stops) as pit_stops,
        min(best_stop_duration) as best_stop_duration,
        max(top_speed) as top_speed
    from gold_analytics.driver_session_summary
    where team_id is not null
    group by session_key, meeting_key, session_category, season, session_name, batch_day, team_id
),

ranked as (
    select
        *,
        min(best_lap_time) over (partition by session_key) as session_best,
        rank() over (partition by session_key order by best_lap_time asc nulls last) as rank_of_best
    from teams
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    team_id,
    team_name,
    cast(drivers as bigint) as drivers,
    cast(drivers_with_laps as bigint) as drivers_with_laps,
    cast(laps as bigint) as laps,
    cast(timed_laps as bigint) as timed_laps,
    best_lap_time,
    cast(case when best_lap_time is not null then rank_of_best end as bigint) as best_lap_rank,
    (cast(cast(round((best_lap_time) * 1000) as bigint) - cast(round((session_best) * 1000) as bigint) as double) / 1000) as gap_to_best_lap,
    mean_best_lap_time,
    case
        when drivers_with_time > 1 then (cast(cast(round((slowest_best_lap_time) * 1000) as bigint) - cast(round((best_lap_time) * 1000) as bigint) as double) / 1000)
    end as gap_between_drivers,
    best_position,
    worst_position,
    points,
    cast(pit_stops as bigint) as pit_stops,
    best_stop_duration,
    top_speed,
    session_name,
    batch_day
from ranked
