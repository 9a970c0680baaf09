{{ config(meta={'grain': 'session', 'key': ['session_key'], 'partition_by': []}) }}

-- Wind by its parts to the north and to the east, in whole thousandths, so that no engine adds them in another order.
with samples as (
    select
        *,
        cast(round(wind_speed * cos(radians(cast(wind_direction as double))) * 1000) as bigint) as wind_north,
        cast(round(wind_speed * sin(radians(cast(wind_direction as double))) * 1000) as bigint) as wind_east
    from ({{ weather_of_sessions() }}) as weather
),

summaries as (
    select
        session_key,
        count(*) as samples,
        min(date) as date_start,
        max(date) as date_end,
        {% for column in ['air_temperature', 'track_temperature'] -%}
        min({{ column }}) as {{ column }}_min,
        {{ mean_of_times(column) }} as {{ column }}_mean,
        max({{ column }}) as {{ column }}_max,
        {% endfor -%}
        {{ mean_of_times('humidity') }} as humidity_mean,
        {{ mean_of_times('pressure') }} as pressure_mean,
        {{ mean_of_times('wind_speed') }} as wind_speed_mean,
        max(wind_speed) as wind_speed_max,
        cast(sum(wind_north) as double) as wind_north,
        cast(sum(wind_east) as double) as wind_east,
        count(is_raining) as rain_samples,
        count(case when is_raining then 1 end) as wet_samples
    from samples
    group by session_key
),

rain as (
    select
        session_key,
        count(*) as windows,
        min(date_start) as first_rain_at,
        sum(duration_minutes) as rain_minutes
    from {{ session_rows(ref('rain_windows')) }}
    group by session_key
)

select
    sessions.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    coalesce(cast(summaries.samples as bigint), 0) as samples,
    summaries.date_start,
    summaries.date_end,
    summaries.air_temperature_min,
    summaries.air_temperature_mean,
    summaries.air_temperature_max,
    summaries.track_temperature_min,
    summaries.track_temperature_mean,
    summaries.track_temperature_max,
    summaries.humidity_mean,
    summaries.pressure_mean,
    summaries.wind_speed_mean,
    summaries.wind_speed_max,
    case
        when summaries.wind_north <> 0 or summaries.wind_east <> 0
            then cast(round(degrees(atan2(summaries.wind_east, summaries.wind_north)) + 360) as bigint) % 360
    end as wind_direction_mean,
    case when summaries.rain_samples > 0 then summaries.wet_samples > 0 end as has_rain,
    case when summaries.rain_samples > 0 then coalesce(cast(rain.windows as bigint), 0) end as rain_windows,
    case when summaries.rain_samples > 0 then coalesce(rain.rain_minutes, 0) end as rain_minutes,
    {{ ratio('summaries.wet_samples', 'summaries.rain_samples') }} * 100 as rain_share_percent,
    rain.first_rain_at,
    sessions.session_name
from {{ session_rows(ref('silver_sessions')) }} as sessions
left join summaries
    on sessions.session_key = summaries.session_key
left join rain
    on sessions.session_key = rain.session_key
