{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

{%- set driven = averaged_lap_time() %}
{%- set clean = clean_lap_time() %}

with laps as (
    select
        session_key,
        driver_number,
        count(*) as laps,
        count(case when is_timed_lap then 1 end) as timed_laps,
        count(case when is_deleted then 1 end) as deleted_laps,
        min(case when is_timed_lap then lap_duration end) as best_lap_time,
        min(case when is_personal_best then lap_number end) as fastest_lap_number,
        {{ mean_of_times(driven) }} as mean_lap_time,
        {{ median_of_times(driven) }} as median_lap_time,
        {{ stddev_of_times(driven) }} as stddev_lap_time,
        count(case when is_clean_lap then 1 end) as clean_laps,
        {{ mean_of_times(clean) }} as mean_lap_time_clean,
        {{ median_of_times(clean) }} as median_lap_time_clean,
        {{ stddev_of_times(clean) }} as stddev_lap_time_clean,
        {% for sector in [1, 2, 3] %}
        min({{ comparable_sector(sector) }}) as best_sector_{{ sector }},
        {% endfor %}
        max(st_speed) as top_speed_trap,
        max(max_speed) as top_speed
    from {{ session_rows(ref('fact_laps')) }}
    group by session_key, driver_number
),

stops as (
    select
        session_key,
        driver_number,
        count(*) as pit_lane_passages,
        count(case when pit_type = 'stop' then 1 end) as pit_stops,
        min(case when pit_type = 'stop' then stop_duration end) as best_stop_duration
    from {{ session_rows(ref('fact_pit_stops')) }}
    group by session_key, driver_number
),

sessions_with_stops as (
    select session_key, count(*) as rows_of_session
    from {{ session_rows(ref('fact_pit_stops')) }}
    group by session_key
),

stints as (
    select session_key, driver_number, count(*) as stints
    from {{ session_rows(ref('fact_stints')) }}
    group by session_key, driver_number
),

best_sectors as (
    select
        session_key,
        driver_number,
        {{ millis('best_sector_1') }} + {{ millis('best_sector_2') }} + {{ millis('best_sector_3') }} as sum_ms
    from laps
),

participants as (
    select session_key, driver_number from {{ session_rows(ref('silver_drivers')) }}
    union
    select session_key, driver_number from laps
    union
    select session_key, driver_number from {{ session_rows(ref('fact_results')) }}
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
        when laps.best_lap_time is null or best_sectors.sum_ms <= {{ millis('laps.best_lap_time') }}
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
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on participants.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on participants.session_key = drivers.session_key and participants.driver_number = drivers.driver_number
left join laps
    on participants.session_key = laps.session_key and participants.driver_number = laps.driver_number
left join best_sectors
    on participants.session_key = best_sectors.session_key and participants.driver_number = best_sectors.driver_number
left join {{ session_rows(ref('session_leaderboard')) }} as leaderboard
    on
        participants.session_key = leaderboard.session_key
        and participants.driver_number = leaderboard.driver_number
left join {{ session_rows(ref('fact_results')) }} as results
    on participants.session_key = results.session_key and participants.driver_number = results.driver_number
left join stops
    on participants.session_key = stops.session_key and participants.driver_number = stops.driver_number
left join sessions_with_stops
    on participants.session_key = sessions_with_stops.session_key
left join stints
    on participants.session_key = stints.session_key and participants.driver_number = stints.driver_number
