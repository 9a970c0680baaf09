SELECT
    CAST(date_start AS STRING) AS date_start,
    CAST(date_end AS STRING) AS date_end,
    air_temperature_min AS air_min_c,
    air_temperature_max AS air_max_c,
    track_temperature_min AS track_min_c,
    track_temperature_max AS track_max_c,
    humidity_mean AS humidity_percent,
    wind_speed_mean AS wind_mps,
    wind_speed_max AS wind_most_mps,
    wind_direction_mean AS wind_direction,
    has_rain,
    rain_minutes
FROM gold_analytics.session_weather
WHERE session_key = {session_key}
ORDER BY session_key
