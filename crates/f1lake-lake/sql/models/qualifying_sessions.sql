-- Each driver's time of the last part that gave one, and the order of the session.
with last_times as (
    select
        session_key,
        driver_number,
        best_lap_time,
        row_number() over (partition by session_key, driver_number order by qualifying_phase desc) as _rn
    from gold_analytics.qualifying_summary
    where best_lap_time is not null
),

ordered as (
    select
        leaderboard.session_key,
        leaderboard.driver_number,
        entries.driver_id,
        entries.name_acronym,
        entries.team_id,
        entries.team_name,
        last_times.best_lap_time,
        leaderboard.order_source,
        row_number() over (
            partition by leaderboard.session_key order by leaderboard.leaderboard_position, leaderboard.driver_number
        ) as place
    from gold_analytics.session_leaderboard as leaderboard
    inner join gold_analytics.session_entries as entries
        on leaderboard.session_key = entries.session_key and leaderboard.driver_number = entries.driver_number
    inner join last_times
        on
            leaderboard.session_key = last_times.session_key
            and leaderboard.driver_number = last_times.driver_number
            and last_times._rn = 1
    where leaderboard.session_category in ('Qualifying', 'Sprint Qualifying')
),

fastest as (
    select
        session_key,
        max(case when place = 1 then driver_number end) as fastest_driver_number,
        max(case when place = 1 then driver_id end) as fastest_driver_id,
        max(case when place = 1 then name_acronym end) as fastest_name_acronym,
        max(case when place = 1 then team_id end) as fastest_team_id,
        max(case when place = 1 then team_name end) as fastest_team_name,
        max(case when place = 1 then best_lap_time end) as fastest_time,
        max(case when place = 2 then driver_number end) as second_driver_number,
        max(case when place = 2 then driver_id end) as second_driver_id,
        max(case when place = 2 then name_acronym end) as second_name_acronym,
        max(case when place = 2 then team_id end) as second_team_id,
        max(case when place = 2 then team_name end) as second_team_name,
        max(case when place = 2 then best_lap_time end) as second_time,
        min(order_source) as order_source
    from ordered
    group by session_key
),

-- The grid that a qualifying made, after penalties.
grid as (
    select
        max(case when grid.position = 1 then entries.driver_number end) as pole_driver_number,
        max(case when grid.position = 1 then entries.driver_id end) as pole_driver_id,
        max(case when grid.position = 1 then entries.name_acronym end) as pole_name_acronym,
        max(case when grid.position = 1 then entries.team_id end) as pole_team_id,
        max(case when grid.position = 1 then entries.team_name end) as pole_team_name,
        max(case when grid.position = 2 then entries.driver_number end) as front_row_driver_number,
        max(case when grid.position = 2 then entries.driver_id end) as front_row_driver_id,
        max(case when grid.position = 2 then entries.name_acronym end) as front_row_name_acronym,
        max(case when grid.position = 2 then entries.team_id end) as front_row_team_id,
        max(case when grid.position = 2 then entries.team_name end) as front_row_team_name,
        grid.qualifying_session_key as session_key
    from silver_clean.silver_starting_grid as grid
    inner join gold_analytics.session_entries as entries
        on grid.session_key = entries.session_key and grid.driver_number = entries.driver_number
    where grid.qualifying_session_key is not null
    group by grid.qualifying_session_key
),

sectors as (

    select
        session_key,
        1 as sector,
        name_acronym,
        best_sector_1 as best_sector,
        row_number() over (
            partition by session_key order by best_sector_1, qualifying_phase, driver_number
        ) as _rn
    from gold_analytics.qualifying_summary
    where best_sector_1 is not null
    union all

    select
        session_key,
        2 as sector,
        name_acronym,
        best_sector_2 as best_sector,
        row_number() over (
            partition by session_key order by best_sector_2, qualifying_phase, driver_number
        ) as _rn
    from gold_analytics.qualifying_summary
    where best_sector_2 is not null
    union all

    select
        session_key,
        3 as sector,
        name_acronym,
        best_sector_3 as best_sector,
        row_number() over (
            partition by session_key order by best_sector_3, qualifying_phase, driver_number
        ) as _rn
    from gold_analytics.qualifying_summary
    where best_sector_3 is not null

),

ideal as (
    select
        session_key,
        max(case when sector = 1 then best_sector end) as best_sector_1,
        max(case when sector = 1 then name_acronym end) as best_sector_1_name_acronym,
        max(case when sector = 2 then best_sector end) as best_sector_2,
        max(case when sector = 2 then name_acronym end) as best_sector_2_name_acronym,
        max(case when sector = 3 then best_sector end) as best_sector_3,
        max(case when sector = 3 then name_acronym end) as best_sector_3_name_acronym,
        case when count(*) = 3 then sum(cast(round((best_sector) * 1000) as bigint)) end as sum_ms
    from sectors
    where _rn = 1
    group by session_key
),

counts as (
    select
        session_key,
        count(distinct driver_number) as drivers,
        max(qualifying_phase) as parts,
        min(best_lap_time) as best_lap_time,
        sum(deleted_laps) as deleted_laps
    from gold_analytics.qualifying_summary
    group by session_key
)

select
    counts.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cast(counts.drivers as bigint) as drivers,
    counts.parts,
    fastest.order_source,
    fastest.fastest_driver_number,
    fastest.fastest_driver_id,
    fastest.fastest_name_acronym,
    fastest.fastest_team_id,
    fastest.fastest_team_name,
    fastest.fastest_time,
    fastest.second_driver_number,
    fastest.second_driver_id,
    fastest.second_name_acronym,
    fastest.second_team_id,
    fastest.second_team_name,
    (cast(cast(round((fastest.second_time) * 1000) as bigint) - cast(round((fastest.fastest_time) * 1000) as bigint) as double) / 1000) as margin_s,
    grid.pole_driver_number,
    grid.pole_driver_id,
    grid.pole_name_acronym,
    grid.pole_team_id,
    grid.pole_team_name,
    grid.front_row_driver_number,
    grid.front_row_driver_id,
    grid.front_row_name_acronym,
    grid.front_row_team_id,
    grid.front_row_team_name,
    ideal.best_sector_1,
    ideal.best_sector_1_name_acronym,
    ideal.best_sector_2,
    ideal.best_sector_2_name_acronym,
    ideal.best_sector_3,
    ideal.best_sector_3_name_acronym,
    cast(ideal.sum_ms as double) / 1000 as ideal_lap_time,
    (cast(cast(round((counts.best_lap_time) * 1000) as bigint) - cast(round((cast(ideal.sum_ms as double) / 1000) * 1000) as bigint) as double) / 1000) as ideal_gap_s,
    cast(counts.deleted_laps as bigint) as deleted_laps,
    sessions.session_name
from counts
inner join silver_clean.silver_sessions as sessions
    on counts.session_key = sessions.session_key
left join fastest
    on counts.session_key = fastest.session_key
left join grid
    on counts.session_key = grid.session_key
left join ideal
    on counts.session_key = ideal.session_key
