with strategies as (
    select
        session_key,
        driver_number,
        count(*) as stints,
        count(distinct compound) as compounds_used,
        string_agg(coalesce(compound, '?'), '-' order by stint_number) as compounds,
        string_agg(coalesce(cast(stint_laps as varchar), '?'), '-' order by stint_number)
            as stint_lengths,
        min(case when stint_number = 1 then compound end) as start_compound,
        max(stint_laps) as longest_stint_laps,
        max(tyre_age_at_end) as oldest_tyre_age,
        count(case when is_repaired then 1 end) as repaired_stints
    from gold_analytics.fact_stints
    group by session_key, driver_number
),

stops as (
    select
        session_key,
        driver_number,
        count(case when pit_type = 'stop' then 1 end) as pit_stops,
        count(case when is_red_flag_stop then 1 end) as red_flag_stops,
        string_agg(case when pit_type = 'stop' then cast(lap_number as varchar) end, '-' order by stop_number) as stop_laps,
        sum(case when pit_type = 'stop' then cast(round((lane_duration) * 1000) as bigint) end) as pit_lane_ms
    from gold_analytics.fact_pit_stops
    group by session_key, driver_number
),

sessions_with_stops as (
    select distinct session_key
    from gold_analytics.fact_pit_stops
)

select
    strategies.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    strategies.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    cast(strategies.stints as bigint) as stints,
    cast(strategies.compounds_used as bigint) as compounds_used,
    strategies.compounds,
    strategies.stint_lengths,
    strategies.start_compound,
    strategies.longest_stint_laps,
    strategies.oldest_tyre_age,
    cast(strategies.repaired_stints as bigint) as repaired_stints,
    cast(case
        when sessions_with_stops.session_key is not null then coalesce(stops.pit_stops, 0)
    end as bigint) as pit_stops,
    cast(case
        when sessions_with_stops.session_key is not null then coalesce(stops.red_flag_stops, 0)
    end as bigint) as red_flag_stops,
    stops.stop_laps,
    cast(stops.pit_lane_ms as double) / 1000 as pit_lane_time,
    leaderboard.leaderboard_position,
    leaderboard.official_position,
    leaderboard.grid_position,
    sessions.session_name,
    sessions.batch_day
from strategies
inner join silver_clean.silver_sessions as sessions
    on strategies.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on strategies.session_key = drivers.session_key and strategies.driver_number = drivers.driver_number
left join stops
    on strategies.session_key = stops.session_key and strategies.driver_number = stops.driver_number
left join sessions_with_stops
    on strategies.session_key = sessions_with_stops.session_key
left join gold_analytics.session_leaderboard as leaderboard
    on
        strategies.session_key = leaderboard.session_key
        and strategies.driver_number = leaderboard.driver_number
where sessions.session_category in ('Race', 'Sprint')
