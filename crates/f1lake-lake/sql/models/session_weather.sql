-- Wind by its parts to the north and to the east, in whole thousandths, so that no engine adds them in another order.
with samples as (
    select
        *,
        cast(round(wind_speed * cos(radians(cast(wind_direction as double))) * 1000) as bigint) as wind_north,
        cast(round(wind_speed * sin(radians(cast(wind_direction as double))) * 1000) as bigint) as wind_east
    from (select
        weather.session_key,
        weather.meeting_key,
        weather.date,
        weather.air_temperature,
        weather.track_temperature,
        weather.humidity,
        weather.pressure,
        weather.wind_direction,
        weather.wind_speed,
        weather.is_raining
    from silver_clean.silver_weather as weather
    inner join silver_clean.silver_sessions as sessions
        on weather.session_key = sessions.session_key
    left join (
        select
            session_key,
            min(cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) as start_micros,
            max(cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) as end_micros
        from silver_clean.silver_laps
        group by session_key
    ) as driven
        on weather.session_key = driven.session_key
    where
        weather.date is not null
        and coalesce(
            cast(arrow_cast(weather.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) >= coalesce(driven.start_micros, cast(arrow_cast(sessions.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)), true
        )
        and coalesce(
            cast(arrow_cast(weather.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) <= coalesce(driven.end_micros, cast(arrow_cast(sessions.date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint)), true
        )) as weather
),

summaries as (
    select
        session_key,
        count(*) as samples,
        min(date) as date_start,
        max(date) as date_end,
        min(air_temperature) as air_temperature_min,
        (cast(sum(cast(round((air_temperature) * 1000) as bigint)) as double) / nullif(cast(count(air_temperature) as double), 0) / 1000) as air_temperature_mean,
        max(air_temperature) as air_temperature_max,
        min(track_temperature) as track_temperature_min,
        (cast(sum(cast(round((track_temperature) * 1000) as bigint)) as double) / nullif(cast(count(track_temperature) as double), 0) / 1000) as track_temperature_mean,
        max(track_temperature) as track_temperature_max,
        (cast(sum(cast(round((humidity) * 1000) as bigint)) as double) / nullif(cast(count(humidity) as double), 0) / 1000) as humidity_mean,
        (cast(sum(cast(round((pressure) * 1000) as bigint)) as double) / nullif(cast(count(pressure) as double), 0) / 1000) as pressure_mean,
        (cast(sum(cast(round((wind_speed) * 1000) as bigint)) as double) / nullif(cast(count(wind_speed) as double), 0) / 1000) as wind_speed_mean,
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
    from gold_analytics.rain_windows
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
    (cast(summaries.wet_samples as double) / nullif(cast(summaries.rain_samples as double), 0)) * 100 as rain_share_percent,
    rain.first_rain_at,
    sessions.session_name
from silver_clean.silver_sessions as sessions
left join summaries
    on sessions.session_key = summaries.session_key
left join rain
    on sessions.session_key = rain.session_key
