{{ config(meta={'grain': 'session', 'key': ['session_key', 'date'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'date'],
            ties=['air_temperature', 'humidity', 'pressure', 'rainfall', 'track_temperature',
                  'wind_direction', 'wind_speed']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_weather')) }}
)

select
    meeting_key,
    session_key,
    date,
    air_temperature,
    humidity,
    pressure,
    rainfall,
    case when track_temperature <> 0 then track_temperature end as track_temperature,
    wind_direction % 360 as wind_direction,
    wind_speed,
    session_name,
    batch_day,
    rainfall > 0 as is_raining
from ranked
where _rn = 1
