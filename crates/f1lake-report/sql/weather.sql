SELECT
    CAST(date AS STRING) AS date,
    air_temperature AS air_c,
    track_temperature AS track_c,
    wind_speed AS wind_mps,
    wind_direction,
    is_raining
FROM silver_clean.silver_weather
WHERE session_key = {session_key}
ORDER BY date
