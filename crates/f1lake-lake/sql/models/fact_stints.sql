with lap_times as (
    select
        session_key,
        driver_number,
        stint_number,
        count(*) as laps_recorded,
        count(case when is_timed_lap then 1 end) as timed_laps,
        min(case when is_timed_lap then lap_duration end) as best_lap_time,
        (cast(sum(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint)) as double) / nullif(cast(count(case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) as double), 0) / 1000) as mean_lap_time,
        (median(cast(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint) as double)) / 1000) as median_lap_time,
        (cast(sum(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint)) as double) / nullif(cast(count(case when is_clean_lap then lap_duration end) as double), 0) / 1000) as mean_lap_time_clean,
        (median(cast(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint) as double)) / 1000) as median_lap_time_clean
    from gold_analytics.fact_laps
    where stint_number is not null
    group by session_key, driver_number, stint_number
)

select
    stints.session_key,
    stints.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    stints.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    drivers.team_name,
    stints.stint_number,
    stints.compound,
    stints.lap_start,
    stints.lap_end,
    stints.lap_end - stints.lap_start + 1 as stint_laps,
    stints.tyre_age_at_start,
    stints.tyre_age_at_start + stints.lap_end - stints.lap_start + 1 as tyre_age_at_end,
    coalesce(cast(lap_times.laps_recorded as bigint), 0) as laps_recorded,
    coalesce(cast(lap_times.timed_laps as bigint), 0) as timed_laps,
    lap_times.best_lap_time,
    lap_times.mean_lap_time,
    lap_times.median_lap_time,
    lap_times.mean_lap_time_clean,
    lap_times.median_lap_time_clean,
    stints.api_stints,
    stints.lap_start_raw,
    stints.lap_end_raw,
    stints.is_repaired,
    stints.session_name,
    stints.batch_day
from gold_analytics.tyre_stints as stints
left join silver_clean.silver_sessions as sessions
    on stints.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on stints.session_key = drivers.session_key and stints.driver_number = drivers.driver_number
left join lap_times
    on
        stints.session_key = lap_times.session_key
        and stints.driver_number = lap_times.driver_number
        and stints.stint_number = lap_times.stint_number
