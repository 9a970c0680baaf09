with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, air_temperature desc nulls last, humidity desc nulls last, pressure desc nulls last, rainfall desc nulls last, track_temperature desc nulls last, wind_direction desc nulls last, wind_speed desc nulls last
        ) as _rn
    from bronze_raw.bronze_weather
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
