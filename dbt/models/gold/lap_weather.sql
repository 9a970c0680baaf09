{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'lap_number'], 'partition_by': []}) }}

{%- set measured = {
    'air_temperature': 'double', 'track_temperature': 'double', 'humidity': 'double', 'pressure': 'double',
    'wind_speed': 'double', 'wind_direction': 'bigint', 'is_raining': 'boolean', 'weather_micros': 'bigint',
} %}

with laps as (
    select session_key, driver_number, lap_number, date_start
    from {{ session_rows(ref('silver_laps')) }}
),

-- The last sample by the start of the lap; what it lacks, the one before has.
timeline as (
    select
        session_key,
        {% for column, type in measured.items() %}
        cast(null as {{ type }}) as {{ column }},
        {% endfor %}
        {{ epoch_micros('date_start') }} as micros,
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
        {{ epoch_micros('date') }} as weather_micros,
        {{ epoch_micros('date') }} as micros,
        0 as kind,
        cast(null as bigint) as driver_number,
        cast(null as bigint) as lap_number
    from {{ session_rows(ref('silver_weather')) }}
    where date is not null
),

carried as (
    select
        session_key,
        {% for column in measured %}
        {{ last_value_of(
            column,
            'partition by session_key order by micros, kind, driver_number, lap_number'
            ~ ' rows between unbounded preceding and current row'
        ) }} as {{ column }},
        {% endfor %}
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
left join {{ session_rows(ref('silver_sessions')) }} as sessions
    on laps.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on laps.session_key = drivers.session_key and laps.driver_number = drivers.driver_number
left join carried
    on
        laps.session_key = carried.session_key
        and laps.driver_number = carried.driver_number
        and laps.lap_number = carried.lap_number
        and carried.kind = 1
