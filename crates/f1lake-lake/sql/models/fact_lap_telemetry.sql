-- Times as whole microseconds. Of two laps that begin at one instant the later number wins.
with laps as (
    select
        session_key,
        driver_number,
        lap_number,
        cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as start_micros,
        cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as end_micros,
        row_number() over (partition by session_key, driver_number, date_start order by lap_number desc) as _rn
    from silver_clean.silver_laps
    where date_start is not null and date_end is not null
),

fixes as (
    select session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, x, y, z
    from silver_clean.silver_locations
    where has_fix and x is not null and y is not null and z is not null
),

samples as (
    select
        meeting_key, session_key, driver_number, date, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        rpm, speed, n_gear, throttle, brake, drs, drs_open, is_reading
    from silver_clean.silver_car_data
),

-- One pass in order of time finds what came last before a sample; at one instant a lap begins first, then a fix.
timeline as (
    select
        session_key, driver_number, start_micros as micros, 0 as kind,
        start_micros as lap_start, cast(null as bigint) as fix_micros
    from laps
    where _rn = 1
    union all
    select session_key, driver_number, micros, 1 as kind, cast(null as bigint) as lap_start, micros as fix_micros
    from fixes
    union all
    select
        session_key, driver_number, micros, 2 as kind,
        cast(null as bigint) as lap_start, cast(null as bigint) as fix_micros
    from samples
),

last_before as (
    select
        session_key,
        driver_number,
        micros,
        kind,
        max(lap_start) over (
            partition by session_key, driver_number order by micros, kind
            rows between unbounded preceding and current row
        ) as lap_start,
        max(fix_micros) over (
            partition by session_key, driver_number order by micros, kind
            rows between unbounded preceding and current row
        ) as fix_micros
    from timeline
),

lap_samples as (
    select
        samples.*,
        laps.lap_number,
        samples.micros - laps.start_micros as lap_micros,
        case when samples.micros - last_before.fix_micros <= 500000 then last_before.fix_micros end as fix_micros
    from samples
    inner join last_before
        on
            samples.session_key = last_before.session_key
            and samples.driver_number = last_before.driver_number
            and samples.micros = last_before.micros
            and last_before.kind = 2
    inner join laps
        on
            last_before.session_key = laps.session_key
            and last_before.driver_number = laps.driver_number
            and last_before.lap_start = laps.start_micros
            and laps._rn = 1
    where samples.micros < laps.end_micros
),

-- Twice the distance in km/h x us, a whole number, so that the sum is exact: mean of two speeds times the time between.
steps as (
    select
        *,
        coalesce(lag(speed) over (
            partition by session_key, driver_number, lap_number order by micros
        ), speed) + speed as speed_sum,
        lap_micros - coalesce(lag(lap_micros) over (
            partition by session_key, driver_number, lap_number order by micros
        ), 0) as step_micros
    from lap_samples
),

integrated as (
    select
        *,
        sum(speed_sum * step_micros) over (
            partition by session_key, driver_number, lap_number order by micros
            rows between unbounded preceding and current row
        ) as distance_sum
    from steps
)

select
    integrated.session_key,
    integrated.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    integrated.driver_number,
    drivers.name_acronym,
    integrated.lap_number,
    integrated.date,
    cast(integrated.lap_micros as double) / 1000000 as lap_time_s,
    case
        when integrated.speed is not null then cast(integrated.distance_sum as double) / 7200000
    end as lap_distance_m,
    integrated.speed,
    integrated.rpm,
    integrated.n_gear,
    integrated.throttle,
    integrated.brake,
    integrated.drs,
    integrated.drs_open,
    integrated.is_reading,
    fixes.x,
    fixes.y,
    fixes.z,
    cast(integrated.micros - fixes.micros as double) / 1000000 as location_age_s,
    sessions.session_name
from integrated
left join silver_clean.silver_sessions as sessions
    on integrated.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on integrated.session_key = drivers.session_key and integrated.driver_number = drivers.driver_number
left join fixes
    on
        integrated.session_key = fixes.session_key
        and integrated.driver_number = fixes.driver_number
        and integrated.fix_micros = fixes.micros
