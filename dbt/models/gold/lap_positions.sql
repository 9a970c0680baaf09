{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'lap_number'], 'partition_by': []}) }}

with laps as (
    select
        laps.*,
        {{ epoch_micros('laps.date_end') }} as end_micros
    from {{ session_rows(ref('fact_laps')) }} as laps
    inner join {{ session_rows(ref('silver_sessions')) }} as sessions
        on laps.session_key = sessions.session_key
    where sessions.session_category in ('Race', 'Sprint')
),

-- Cars at the line, in the order in which they ended the same lap.
crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        end_micros,
        coalesce(is_pit_in_lap or is_under_red_flag, false) as is_off_track,
        row_number() over (partition by session_key, lap_number order by end_micros, driver_number) as position,
        end_micros - min(end_micros) over (partition by session_key, lap_number) as leader_gap,
        end_micros - lag(end_micros) over (
            partition by session_key, lap_number order by end_micros, driver_number
        ) as ahead_gap,
        lead(end_micros) over (partition by session_key, lap_number order by end_micros, driver_number) - end_micros
            as behind_gap,
        lag(driver_number) over (partition by session_key, lap_number order by end_micros, driver_number)
            as ahead_number,
        lead(driver_number) over (partition by session_key, lap_number order by end_micros, driver_number)
            as behind_number,
        lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap
    from laps
    where end_micros is not null
),

counted as (
    select
        *,
        max(case when position = 1 then lap_number end) over (
            partition by session_key order by end_micros range between unbounded preceding and current row
        ) as leader_lap,
        sum(case when next_lap is null then 1 else 0 end) over (
            partition by session_key order by lap_number desc range between unbounded preceding and current row
        ) as cars_this_far,
        count(*) over (partition by session_key, lap_number) as cars_with_time,
        -- The next car on the road, on whatever lap; cars in the pit lane are not on it.
        {{ last_value_of(
            'case when not is_off_track then end_micros end',
            'partition by session_key order by end_micros, driver_number rows between unbounded preceding and 1 preceding'
        ) }} as road_micros,
        {{ last_value_of(
            'case when not is_off_track then driver_number end',
            'partition by session_key order by end_micros, driver_number rows between unbounded preceding and 1 preceding'
        ) }} as road_number
    from crossings
),

-- A car that ends a later lap but has no time at the end of this one could be anywhere in its order.
placed as (
    select
        session_key,
        driver_number,
        lap_number,
        end_micros,
        is_off_track,
        road_micros,
        road_number,
        {% for column in ['position', 'leader_gap', 'leader_lap', 'ahead_number', 'ahead_gap', 'behind_number', 'behind_gap'] %}
        case when cars_this_far = cars_with_time then {{ column }} end as {{ column }},
        {% endfor %}
        cars_this_far - cars_with_time as cars_without_time
    from counted
),

race_starts as (
    select session_key, min({{ epoch_micros('date_start') }}) as micros
    from laps
    where lap_number = 1 and date_start is not null
    group by session_key
),

-- The place on the grid: the last position sent before the start.
grid as (
    select session_key, driver_number, position
    from (
        select
            sent.session_key,
            sent.driver_number,
            sent.position,
            row_number() over (
                partition by sent.session_key, sent.driver_number order by sent.date desc, sent.position asc
            ) as _rn
        from {{ session_rows(ref('silver_position')) }} as sent
        inner join race_starts
            on sent.session_key = race_starts.session_key and {{ epoch_micros('sent.date') }} <= race_starts.micros
        where sent.position is not null
    ) as sent_before_start
    where _rn = 1
)

select
    laps.session_key,
    laps.meeting_key,
    laps.session_category,
    laps.season,
    laps.circuit_short_name,
    laps.driver_number,
    laps.driver_id,
    laps.name_acronym,
    laps.team_id,
    laps.lap_number,
    laps.date_end,
    cast(placed.position as bigint) as position,
    cast(placed.cars_without_time as bigint) as cars_without_time,
    placed.leader_gap / 1e6 as gap_to_leader,
    placed.leader_lap - placed.lap_number as laps_behind_leader,
    placed.leader_lap > placed.lap_number as is_lapped,
    placed.ahead_number as driver_number_ahead,
    placed.ahead_gap / 1e6 as gap_ahead,
    placed.behind_number as driver_number_behind,
    placed.behind_gap / 1e6 as gap_behind,
    case when not placed.is_off_track then (placed.end_micros - placed.road_micros) / 1e6 end as gap_on_road,
    case
        when not placed.is_off_track and placed.end_micros - placed.road_micros <= 1000000 then placed.road_number
    end as dirty_air_driver_number,
    placed.position = 1 as is_leading,
    cast(sum(case when placed.position = 1 then 1 else 0 end) over (
        partition by laps.session_key, laps.driver_number order by laps.lap_number
        rows between unbounded preceding and current row
    ) as bigint) as laps_led,
    grid.position as grid_position,
    case when laps.lap_number = 1 then grid.position - cast(placed.position as bigint) end as places_gained_lap_1,
    laps.position as position_api,
    laps.gap_to_leader_seconds as gap_to_leader_api,
    laps.interval_seconds as gap_ahead_api,
    case
        when placed.leader_lap = placed.lap_number
            then {{ time_difference('laps.gap_to_leader_seconds', 'placed.leader_gap / 1e6') }}
    end as gap_to_leader_deviation,
    {{ time_difference('laps.interval_seconds', 'placed.ahead_gap / 1e6') }} as gap_ahead_deviation,
    laps.is_pit_in_lap,
    laps.is_pit_out_lap,
    laps.is_neutralised,
    laps.is_under_red_flag,
    laps.session_name,
    laps.batch_day
from laps
left join placed
    on
        laps.session_key = placed.session_key
        and laps.driver_number = placed.driver_number
        and laps.lap_number = placed.lap_number
left join grid
    on laps.session_key = grid.session_key and laps.driver_number = grid.driver_number
