{#-
    Weather samples of each session while its cars drove: from the start of the first lap to the end of the last one, without
    laps in the scheduled time, without either all of them. The feed begins an hour before and ends after.
-#}
{% macro weather_of_sessions() -%}
    select
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
    from {{ session_rows(ref('silver_weather')) }} as weather
    inner join {{ session_rows(ref('silver_sessions')) }} as sessions
        on weather.session_key = sessions.session_key
    left join (
        select
            session_key,
            min({{ epoch_micros('date_start') }}) as start_micros,
            max({{ epoch_micros('date_end') }}) as end_micros
        from {{ session_rows(ref('silver_laps')) }}
        group by session_key
    ) as driven
        on weather.session_key = driven.session_key
    where
        weather.date is not null
        and coalesce(
            {{ epoch_micros('weather.date') }} >= coalesce(driven.start_micros, {{ epoch_micros('sessions.date_start') }}), true
        )
        and coalesce(
            {{ epoch_micros('weather.date') }} <= coalesce(driven.end_micros, {{ epoch_micros('sessions.date_end') }}), true
        )
{%- endmacro %}
