{{ config(
    meta={
        'grain': 'session',
        'key': ['session_key', 'driver_number', 'date'],
        'partition_by': ['session_key'],
    }
) }}

-- Laps of known start and end; of two that begin at one instant the later number wins.
with laps as (
    select
        session_key,
        driver_number,
        date_start,
        date_end,
        lap_number,
        row_number() over (partition by session_key, driver_number, date_start order by lap_number desc) as _rn
    from {{ session_rows(ref('silver_laps')) }}
    where date_start is not null and date_end is not null
),

fixes as (
    select session_key, driver_number, date, x, y, z
    from {{ session_rows(ref('silver_locations')) }}
    where has_fix and x is not null and y is not null and z is not null
),

samples as (
    select meeting_key, session_key, driver_number, date, rpm, speed, n_gear, throttle, brake, drs, drs_open, is_reading
    from {{ session_rows(ref('silver_car_data')) }}
),

-- One pass in order of time finds what came last before a sample; at one instant a lap begins first, then a fix.
timeline as (
    select session_key, driver_number, date_start as date, 0 as kind,
        date_start as lap_start, cast(null as {{ type_of('timestamp') }}) as fix_date
    from laps
    where _rn = 1
    union all
    select session_key, driver_number, date, 1 as kind,
        cast(null as {{ type_of('timestamp') }}) as lap_start, date as fix_date
    from fixes
    union all
    select session_key, driver_number, date, 2 as kind,
        cast(null as {{ type_of('timestamp') }}) as lap_start, cast(null as {{ type_of('timestamp') }}) as fix_date
    from samples
),

last_before as (
    select
        session_key,
        driver_number,
        date,
        kind,
        max(lap_start) over (
            partition by session_key, driver_number order by date, kind
            rows between unbounded preceding and current row
        ) as lap_start,
        max(fix_date) over (
            partition by session_key, driver_number order by date, kind
            rows between unbounded preceding and current row
        ) as fix_date
    from timeline
),

lap_samples as (
    select
        samples.*,
        laps.lap_number,
        {{ epoch_micros('samples.date') }} - {{ epoch_micros('laps.date_start') }} as lap_micros,
        case
            when {{ epoch_micros('samples.date') }} - {{ epoch_micros('last_before.fix_date') }} <= 500000
                then last_before.fix_date
        end as fix_date
    from samples
    inner join last_before
        on
            samples.session_key = last_before.session_key
            and samples.driver_number = last_before.driver_number
            and samples.date = last_before.date
            and last_before.kind = 2
    inner join laps
        on
            last_before.session_key = laps.session_key
            and last_before.driver_number = laps.driver_number
            and last_before.lap_start = laps.date_start
            and laps._rn = 1
    where samples.date < laps.date_end
),

-- Twice the distance in km/h x us, a whole number, so that the sum is exact: mean of two speeds times the time between.
steps as (
    select
        *,
        coalesce(lag(speed) over (
            partition by session_key, driver_number, lap_number order by date
        ), speed) + speed as speed_sum,
        lap_micros - coalesce(lag(lap_micros) over (
            partition by session_key, driver_number, lap_number order by date
        ), 0) as step_micros
    from lap_samples
),

integrated as (
    select
        *,
        sum(speed_sum * step_micros) over (
            partition by session_key, driver_number, lap_number order by date
            rows between unbounded preceding and current row
        ) as distance_sum
    from steps
)

select
    integrated.session_key,
    integrated.meeting_key,
    integrated.driver_number,
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
    {{ seconds_between('fixes.date', 'integrated.date') }} as location_age_s
from integrated
left join fixes
    on
        integrated.session_key = fixes.session_key
        and integrated.driver_number = fixes.driver_number
        and integrated.fix_date = fixes.date
