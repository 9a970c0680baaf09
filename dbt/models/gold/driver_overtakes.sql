{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

with overtakes as (
    select
        overtakes.session_key,
        overtakes.overtaking_driver_number,
        overtakes.overtaken_driver_number,
        {{ epoch_micros('overtakes.date') }} as micros,
        row_number() over (
            partition by overtakes.session_key
            order by overtakes.date, overtakes.overtaking_driver_number, overtakes.overtaken_driver_number
        ) as overtake_number
    from {{ session_rows(ref('silver_overtakes')) }} as overtakes
    inner join {{ session_rows(ref('silver_sessions')) }} as sessions
        on overtakes.session_key = sessions.session_key
    where sessions.session_category in ('Race', 'Sprint')
),

finishes as (
    select session_key, min({{ epoch_micros('date') }}) as micros
    from {{ session_rows(ref('silver_race_control')) }}
    where event = 'chequered_flag' and date is not null
    group by session_key
),

last_crossings as (
    select session_key, driver_number, max({{ epoch_micros('date_end') }}) as micros
    from {{ session_rows(ref('fact_laps')) }}
    where date_end is not null
    group by session_key, driver_number
),

-- A car slows down before the lane, and the feed notices a change of places some seconds late: in 58 recorded sessions such
-- changes begin 5 s before the entry and end 10 s after the exit.
in_lane as (
    select
        overtakes.session_key,
        overtakes.overtake_number,
        max(case
            when
                passages.driver_number = overtakes.overtaken_driver_number
                and passages.pit_type in ('drive_through', 'stop_go')
                then 1
            else 0
        end) as is_served
    from overtakes
    inner join {{ session_rows(ref('pit_passages')) }} as passages
        on
            overtakes.session_key = passages.session_key
            and passages.driver_number in (overtakes.overtaking_driver_number, overtakes.overtaken_driver_number)
            and overtakes.micros >= {{ epoch_micros('passages.date_entry') }} - 5000000
            and overtakes.micros <= {{ epoch_micros('passages.date_exit') }} + 10000000
    group by overtakes.session_key, overtakes.overtake_number
),

decided as (
    select
        overtakes.session_key,
        overtakes.overtaking_driver_number,
        overtakes.overtaken_driver_number,
        case
            when
                overtakes.micros > finishes.micros
                and overtakes.micros > overtaken.micros
                and overtakes.micros > overtaking.micros
                then 'penalty'
            when in_lane.is_served = 1 then 'penalty'
            when in_lane.is_served = 0 then 'pit_lane'
            when overtakes.micros > overtaken.micros and (finishes.micros is null or overtakes.micros < finishes.micros)
                then 'retirement'
            else 'on_track'
        end as kind
    from overtakes
    left join finishes
        on overtakes.session_key = finishes.session_key
    left join last_crossings as overtaking
        on
            overtakes.session_key = overtaking.session_key
            and overtakes.overtaking_driver_number = overtaking.driver_number
    left join last_crossings as overtaken
        on
            overtakes.session_key = overtaken.session_key
            and overtakes.overtaken_driver_number = overtaken.driver_number
    left join in_lane
        on
            overtakes.session_key = in_lane.session_key
            and overtakes.overtake_number = in_lane.overtake_number
),

both_cars as (
    select 1 as made
    union all
    select 0 as made
),

-- Each overtake counts for both cars.
sides as (
    select
        decided.session_key,
        case when both_cars.made = 1 then decided.overtaking_driver_number else decided.overtaken_driver_number end
            as driver_number,
        decided.kind,
        both_cars.made,
        1 - both_cars.made as suffered
    from decided
    cross join both_cars
),

counted as (
    select
        session_key,
        driver_number,
        sum(made) as overtakes,
        {% for kind in ['on_track', 'pit_lane', 'penalty', 'retirement'] %}
        sum(case when kind = '{{ kind }}' then made else 0 end) as overtakes_{{ kind }},
        sum(case when kind = '{{ kind }}' then suffered else 0 end) as overtaken_{{ kind }},
        {% endfor %}
        sum(suffered) as overtaken
    from sides
    group by session_key, driver_number
),

sessions_with_overtakes as (
    select distinct session_key
    from overtakes
),

cars_with_laps as (
    select distinct laps.session_key, laps.driver_number
    from {{ session_rows(ref('fact_laps')) }} as laps
    inner join sessions_with_overtakes
        on laps.session_key = sessions_with_overtakes.session_key
),

-- Cars that raced, also those that changed no place.
cars as (
    select
        counted.overtakes,
        counted.overtaken,
        {% for kind in ['on_track', 'pit_lane', 'penalty', 'retirement'] %}
        counted.overtakes_{{ kind }},
        counted.overtaken_{{ kind }},
        {% endfor %}
        coalesce(counted.session_key, cars_with_laps.session_key) as session_key,
        coalesce(counted.driver_number, cars_with_laps.driver_number) as driver_number
    from counted
    full outer join cars_with_laps
        on counted.session_key = cars_with_laps.session_key and counted.driver_number = cars_with_laps.driver_number
)

select
    cars.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cars.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    cast(coalesce(cars.overtakes, 0) as bigint) as overtakes,
    cast(coalesce(cars.overtakes_on_track, 0) as bigint) as overtakes_on_track,
    cast(coalesce(cars.overtakes_pit_lane, 0) as bigint) as overtakes_pit_lane,
    cast(coalesce(cars.overtakes_penalty, 0) as bigint) as overtakes_penalty,
    cast(coalesce(cars.overtakes_retirement, 0) as bigint) as overtakes_retirement,
    cast(coalesce(cars.overtaken, 0) as bigint) as overtaken,
    cast(coalesce(cars.overtaken_on_track, 0) as bigint) as overtaken_on_track,
    cast(coalesce(cars.overtaken_pit_lane, 0) as bigint) as overtaken_pit_lane,
    cast(coalesce(cars.overtaken_penalty, 0) as bigint) as overtaken_penalty,
    cast(coalesce(cars.overtaken_retirement, 0) as bigint) as overtaken_retirement,
    sessions.session_name,
    sessions.batch_day
from cars
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on cars.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on cars.session_key = drivers.session_key and cars.driver_number = drivers.driver_number
