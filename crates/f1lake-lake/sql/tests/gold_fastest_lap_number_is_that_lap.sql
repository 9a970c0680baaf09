-- The lap that a leaderboard or summary names as the fastest is a timed lap with exactly that time.
with named as (
    select session_key, driver_number, fastest_lap_number, best_lap_time
    from gold_analytics.session_leaderboard
    where best_lap_time is not null or fastest_lap_number is not null
    union all
    select session_key, driver_number, fastest_lap_number, best_lap_time
    from gold_analytics.driver_session_summary
    where best_lap_time is not null or fastest_lap_number is not null
)

select named.*, laps.lap_duration, laps.is_timed_lap
from named
left join gold_analytics.fact_laps as laps
    on
        named.session_key = laps.session_key
        and named.driver_number = laps.driver_number
        and named.fastest_lap_number = laps.lap_number
where
    named.best_lap_time is null
    or laps.lap_duration is null
    or laps.lap_duration <> named.best_lap_time
    or not laps.is_timed_lap
