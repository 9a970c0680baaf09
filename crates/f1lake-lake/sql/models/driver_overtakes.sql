with overtakes as (
    select
        overtakes.session_key,
        overtakes.overtaking_driver_number,
        overtakes.overtaken_driver_number,
        cast(arrow_cast(overtakes.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        row_number() over (
            partition by overtakes.session_key
            order by overtakes.date, overtakes.overtaking_driver_number, overtakes.overtaken_driver_number
        ) as overtake_number
    from silver_clean.silver_overtakes as overtakes
    inner join silver_clean.silver_sessions as sessions
        on overtakes.session_key = sessions.session_key
    where sessions.session_category in ('Race', 'Sprint')
),

finishes as (
    select session_key, min(cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) as micros
    from silver_clean.silver_race_control
    where event = 'chequered_flag' and date is not null
    group by session_key
),

last_crossings as (
    select session_key, driver_number, max(cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) as micros
    from gold_analytics.fact_laps
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
    inner join gold_analytics.pit_passages as passages
        on
            overtakes.session_key = passages.session_key
            and passages.driver_number in (overtakes.overtaking_driver_number, overtakes.overtaken_driver_number)
            and overtakes.micros >= cast(arrow_cast(passages.date_entry, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - 5000000
            and overtakes.micros <= cast(arrow_cast(passages.date_exit, 'Timestamp(Microsecond, Some("UTC"))') as bigint) + 10000000
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

        sum(case when kind = 'on_track' then made else 0 end) as overtakes_on_track,
        sum(case when kind = 'on_track' then suffered else 0 end) as overtaken_on_track,

        sum(case when kind = 'pit_lane' then made else 0 end) as overtakes_pit_lane,
        sum(case when kind = 'pit_lane' then suffered else 0 end) as overtaken_pit_lane,

        sum(case when kind = 'penalty' then made else 0 end) as overtakes_penalty,
        sum(case when kind = 'penalty' then suffered else 0 end) as overtaken_penalty,

        sum(case when kind = 'retirement' then made else 0 end) as overtakes_retirement,
        sum(case when kind = 'retirement' then suffered else 0 end) as overtaken_retirement,

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
    from gold_analytics.fact_laps as laps
    inner join sessions_with_overtakes
        on laps.session_key = sessions_with_overtakes.session_key
),

-- Cars that raced, also those that changed no place.
cars as (
    select
        counted.overtakes,
        counted.overtaken,

        counted.overtakes_on_track,
        counted.overtaken_on_track,

        counted.overtakes_pit_lane,
        counted.overtaken_pit_lane,

        counted.overtakes_penalty,
        counted.overtaken_penalty,

        counted.overtakes_retirement,
        counted.overtaken_retirement,

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
inner join silver_clean.silver_sessions as sessions
    on cars.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on cars.session_key = drivers.session_key and cars.driver_number = drivers.driver_number
