with laps as (
    select
        session_key,
        driver_number,
        count(*) as laps,
        count(case when is_timed_lap then 1 end) as timed_laps,
        count(case when is_deleted then 1 end) as deleted_laps,
        min(case when is_timed_lap then lap_duration end) as best_lap_time,
        min(case when is_personal_best then lap_number end) as fastest_lap_number,
        (cast(sum(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint)) as double) / nullif(cast(count(case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) as double), 0) / 1000) as mean_lap_time,
        (median(cast(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint) as double)) / 1000) as median_lap_time,
        (sqrt(
        cast(
            count(case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * sum(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint) * cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint))
            - sum(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint)) * sum(cast(round((case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * 1000) as bigint)) as double
        )
        / nullif(cast(count(case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) * (count(case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end) - 1) as double), 0)
    ) / 1000) as stddev_lap_time,
        count(case when is_clean_lap then 1 end) as clean_laps,
        (cast(sum(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint)) as double) / nullif(cast(count(case when is_clean_lap then lap_duration end) as double), 0) / 1000) as mean_lap_time_clean,
        (median(cast(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint) as double)) / 1000) as median_lap_time_clean,
        (sqrt(
        cast(
            count(case when is_clean_lap then lap_duration end) * sum(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint) * cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint))
            - sum(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint)) * sum(cast(round((case when is_clean_lap then lap_duration end) * 1000) as bigint)) as double
        )
        / nullif(cast(count(case when is_clean_lap then lap_duration end) * (count(case when is_clean_lap then lap_duration end) - 1) as double), 0)
    ) / 1000) as stddev_lap_time_clean,

        min(case
            when
                not is_deleted
                and not coalesce(is_pit_out_lap, false)
                and (is_valid_lap or lap_duration is null)
                and duration_sector_1 > 0
                then duration_sector_1
        end) as best_sector_1,

        min(case
            when
                not is_deleted
                and not coalesce(is_pit_out_lap, false)
                and (is_valid_lap or lap_duration is null)
                and duration_sector_2 > 0
                then duration_sector_2
        end) as best_sector_2,

        min(case
            when
                not is_deleted
                and not coalesce(is_pit_out_lap, false)
                and (is_valid_lap or lap_duration is null)
                and duration_sector_3 > 0
                then duration_sector_3
        end) as best_sector_3,

        max(st_speed) as top_speed_trap,
        max(max_speed) as top_speed
    from gold_analytics.fact_laps
    group by session_key, driver_number
),

stops as (
    select
        session_key,
        driver_number,
        count(*) as pit_lane_passages,
        count(case when pit_type = 'stop' then 1 end) as pit_stops,
        min(case when pit_type = 'stop' then stop_duration end) as best_stop_duration
    from gold_analytics.fact_pit_stops
    group by session_key, driver_number
),

sessions_with_stops as (
    select session_key, count(*) as rows_of_session
    from gold_analytics.fact_pit_stops
    group by session_key
),

stints as (
    select session_key, driver_number, count(*) as stints
    from gold_analytics.fact_stints
    group by session_key, driver_number
),

best_sectors as (
    select
        session_key,
        driver_number,
        cast(round((best_sector_1) * 1000) as bigint) + cast(round((best_sector_2) * 1000) as bigint) + cast(round((best_sector_3) * 1000) as bigint) as sum_ms
    from laps
),

participants as (
    select session_key, driver_number from silver_clean.silver_drivers
    union
    select session_key, driver_number from laps
    union
    select session_key, driver_number from gold_analytics.fact_results
)

select
    participants.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    participants.driver_number,
    drivers.driver_id,
    drivers.full_name,
    drivers.name_acronym,
    drivers.team_id,
    drivers.team_name,
    leaderboard.leaderboard_position,
    results.position as official_position,
    results.status,
    results.points,
    results.grid_position,
    results.positions_gained,
    leaderboard.last_position,
    coalesce(cast(laps.laps as bigint), 0) as laps,
    coalesce(cast(laps.timed_laps as bigint), 0) as timed_laps,
    coalesce(cast(laps.deleted_laps as bigint), 0) as deleted_laps,
    laps.best_lap_time,
    laps.fastest_lap_number,
    laps.mean_lap_time,
    laps.median_lap_time,
    laps.stddev_lap_time,
    coalesce(cast(laps.clean_laps as bigint), 0) as clean_laps,
    laps.mean_lap_time_clean,
    laps.median_lap_time_clean,
    laps.stddev_lap_time_clean,
    laps.best_sector_1,
    laps.best_sector_2,
    laps.best_sector_3,
    -- The best lap itself can lack a sector, or have sectors that do not add up to its official time.
    case
        when laps.best_lap_time is null or best_sectors.sum_ms <= cast(round((laps.best_lap_time) * 1000) as bigint)
            then cast(best_sectors.sum_ms as double) / 1000
        when best_sectors.sum_ms is not null then laps.best_lap_time
    end as theoretical_best_lap_time,
    laps.top_speed_trap,
    laps.top_speed,
    cast(case
        when sessions_with_stops.session_key is not null then coalesce(stops.pit_lane_passages, 0)
    end as bigint) as pit_lane_passages,
    cast(case
        when sessions_with_stops.session_key is not null and sessions.session_category in ('Race', 'Sprint')
            then coalesce(stops.pit_stops, 0)
    end as bigint) as pit_stops,
    stops.best_stop_duration,
    cast(stints.stints as bigint) as stints,
    sessions.session_name,
    sessions.batch_day
from participants
inner join silver_clean.silver_sessions as sessions
    on participants.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on participants.session_key = drivers.session_key and participants.driver_number = drivers.driver_number
left join laps
    on participants.session_key = laps.session_key and participants.driver_number = laps.driver_number
left join best_sectors
    on participants.session_key = best_sectors.session_key and participants.driver_number = best_sectors.driver_number
left join gold_analytics.session_leaderboard as leaderboard
    on
        participants.session_key = leaderboard.session_key
        and participants.driver_number = leaderboard.driver_number
left join gold_analytics.fact_results as results
    on participants.session_key = results.session_key and participants.driver_number = results.driver_number
left join stops
    on participants.session_key = stops.session_key and participants.driver_number = stops.driver_number
left join sessions_with_stops
    on participants.session_key = sessions_with_stops.session_key
left join stints
    on participants.session_key = stints.session_key and participants.driver_number = stints.driver_number
