{{ config(materialized=whole_lake(), meta={'grain': 'lake', 'key': ['session_key'], 'partition_by': []}) }}

-- Each driver's time of the last part that gave one, and the order of the session.
with last_times as (
    select
        session_key,
        driver_number,
        best_lap_time,
        row_number() over (partition by session_key, driver_number order by qualifying_phase desc) as _rn
    from {{ ref('qualifying_summary') }}
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
    from {{ ref('session_leaderboard') }} as leaderboard
    inner join {{ ref('session_entries') }} as entries
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
        {% for place, who in [(1, 'fastest'), (2, 'second')] -%}
        {% for column in ['driver_number', 'driver_id', 'name_acronym', 'team_id', 'team_name'] -%}
        max(case when place = {{ place }} then {{ column }} end) as {{ who }}_{{ column }},
        {% endfor -%}
        max(case when place = {{ place }} then best_lap_time end) as {{ who }}_time,
        {% endfor -%}
        min(order_source) as order_source
    from ordered
    group by session_key
),

-- The grid that a qualifying made, after penalties.
grid as (
    select
        {% for place, who in [(1, 'pole'), (2, 'front_row')] -%}
        {% for column in ['driver_number', 'driver_id', 'name_acronym', 'team_id', 'team_name'] -%}
        max(case when grid.position = {{ place }} then entries.{{ column }} end) as {{ who }}_{{ column }},
        {% endfor -%}
        {% endfor -%}
        grid.qualifying_session_key as session_key
    from {{ ref('silver_starting_grid') }} as grid
    inner join {{ ref('session_entries') }} as entries
        on grid.session_key = entries.session_key and grid.driver_number = entries.driver_number
    where grid.qualifying_session_key is not null
    group by grid.qualifying_session_key
),

sectors as (
    {% for sector in [1, 2, 3] %}
    select
        session_key,
        {{ sector }} as sector,
        name_acronym,
        best_sector_{{ sector }} as best_sector,
        row_number() over (
            partition by session_key order by best_sector_{{ sector }}, qualifying_phase, driver_number
        ) as _rn
    from {{ ref('qualifying_summary') }}
    where best_sector_{{ sector }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ideal as (
    select
        session_key,
        {% for sector in [1, 2, 3] -%}
        max(case when sector = {{ sector }} then best_sector end) as best_sector_{{ sector }},
        max(case when sector = {{ sector }} then name_acronym end) as best_sector_{{ sector }}_name_acronym,
        {% endfor -%}
        case when count(*) = 3 then sum({{ millis('best_sector') }}) end as sum_ms
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
    from {{ ref('qualifying_summary') }}
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
    {{ time_difference('fastest.second_time', 'fastest.fastest_time') }} as margin_s,
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
    {{ time_difference('counts.best_lap_time', 'cast(ideal.sum_ms as double) / 1000') }} as ideal_gap_s,
    cast(counts.deleted_laps as bigint) as deleted_laps,
    sessions.session_name
from counts
inner join {{ ref('silver_sessions') }} as sessions
    on counts.session_key = sessions.session_key
left join fastest
    on counts.session_key = fastest.session_key
left join grid
    on counts.session_key = grid.session_key
left join ideal
    on counts.session_key = ideal.session_key
