with laps as (
    select session_key, driver_number, lap_number, date_start
    from silver_clean.silver_laps
),

-- The last sample by the start of the lap; what it lacks, the one before has.
timeline as (
    select
        session_key,

        cast(null as double) as air_temperature,

        cast(null as double) as track_temperature,

        cast(null as double) as humidity,

        cast(null as double) as pressure,

        cast(null as double) as wind_speed,

        cast(null as bigint) as wind_direction,

        cast(null as boolean) as is_raining,

        cast(null as bigint) as weather_micros,

        cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        1 as kind,
        driver_number,
        lap_number
    from laps
    where date_start is not null
    union all
    select
        session_key,
        air_temperature,
        track_temperature,
        humidity,
        pressure,
        wind_speed,
        wind_direction,
        is_raining,
        cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as weather_micros,
        cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        0 as kind,
        cast(null as bigint) as driver_number,
        cast(null as bigint) as lap_number
    from silver_clean.silver_weather
    where date is not null
),

carried as (
    select
        session_key,

        last_value(air_temperature) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as air_temperature,

        last_value(track_temperature) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as track_temperature,

        last_value(humidity) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as humidity,

        last_value(pressure) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as pressure,

        last_value(wind_speed) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as wind_speed,

        last_value(wind_direction) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as wind_direction,

        last_value(is_raining) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as is_raining,

        last_value(weather_micros) ignore nulls over (partition by session_key order by micros, kind, driver_number, lap_number rows between unbounded preceding and current row) as weather_micros,

        driver_number,
        lap_number,
        kind,
        micros
    from timeline
)

select
    laps.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    laps.driver_number,
    drivers.name_acronym,
    laps.lap_number,
    carried.air_temperature,
    carried.track_temperature,
    carried.humidity,
    carried.pressure,
    carried.wind_speed,
    carried.wind_direction,
    carried.is_raining,
    cast(carried.micros - carried.weather_micros as double) / 1000000 as weather_age_s,
    sessions.session_name
from laps
left join silver_clean.silver_sessions as sessions
    on laps.session_key = sessions.session_key
left join silver_clean.silver_drivers as drivers
    on laps.session_key = drivers.session_key and laps.driver_number = drivers.driver_number
left join carried
    on
        laps.session_key = carried.session_key
        and laps.driver_number = carried.driver_number
        and laps.lap_number = carried.lap_number
        and carried.kind = 1
