-- The position at the line is the place among those who ended that lap; laps that are missing make it uncertain.

select session_key, driver_number, lap_number, first_place, last_place, position_before, position_soon
from (with place_crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        micros,
        is_comparable,
        is_in_pit_lane,
        place,
        lead(place) over (partition by session_key, driver_number order by lap_number) as next_place,
        1 + count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 preceding
        ) as first_place,
        count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 following
        ) as last_place,
        min(micros) over (partition by session_key, lap_number) as leader_micros,
        max(lap_number) over (partition by session_key) as last_lap,
        sum(case when next_lap > lap_number + 1 or (previous_lap is null and lap_number > 1) then 1 else 0 end) over (
            partition by session_key
        ) as missing_laps
    from (
        select
            session_key,
            driver_number,
            lap_number,
            cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
            not is_under_red_flag as is_comparable,
            is_pit_in_lap or coalesce(is_pit_out_lap, false) as is_in_pit_lane,
            lag(lap_number) over (partition by session_key, driver_number order by lap_number) as previous_lap,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            row_number() over (partition by session_key, lap_number order by date_end, driver_number) as place
        from gold_analytics.fact_laps
        where session_category in ('Race', 'Sprint') and date_end is not null
    ) as laps
),

finished_crossings as (
    select
        *,
        min(case when lap_number = last_lap then micros end) over (partition by session_key) as finish_micros
    from place_crossings
),

place_timeline as (
    select
        session_key, driver_number, micros, 1 as kind, lap_number, first_place, last_place + missing_laps as last_place,
        is_comparable and micros < finish_micros as is_comparable,
        cast(null as bigint) as position, cast(null as bigint) as sent_micros
    from finished_crossings
    union all
    select
        session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, 0 as kind, cast(null as bigint) as lap_number,
        cast(null as bigint) as first_place, cast(null as bigint) as last_place, false as is_comparable,
        position, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as sent_micros
    from silver_clean.silver_position
    where position is not null
),

bracketed_places as (
    select
        *,
        last_value(position) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between unbounded preceding and current row) as position_before,
        first_value(position) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between current row and unbounded following) as position_after,
        first_value(sent_micros) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between current row and unbounded following) as micros_after
    from place_timeline
),

compared_places as (
    select
        *,
        case when micros_after <= micros + 2000000 then position_after else position_before end as position_soon
    from bracketed_places
    where kind = 1 and is_comparable and position_before is not null
)

select
    session_key,
    driver_number,
    lap_number,
    first_place,
    last_place,
    position_before,
    position_soon,
    greatest(position_before, position_soon) < first_place or least(position_before, position_soon) > last_place as is_odd
from compared_places) as compared
where is_odd
