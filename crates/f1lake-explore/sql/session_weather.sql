-- Weather at the track during a session, about once a minute.
-- params: session_key integer
SELECT
    date,
    track_temperature,
    air_temperature,
    wind_speed,
    wind_direction,
    is_raining,
    humidity,
    pressure
FROM silver_clean.silver_weather
WHERE session_key = {session_key}
ORDER BY date
