-- Weather of a session while its cars drove: lowest, mean and highest values, and how long it rained.
-- params: session_key integer
SELECT
    samples,
    track_temperature_min,
    track_temperature_max,
    air_temperature_min,
    air_temperature_max,
    wind_speed_mean,
    wind_speed_max,
    humidity_mean,
    has_rain,
    rain_windows,
    rain_minutes
FROM gold_analytics.session_weather
WHERE session_key = {session_key}
ORDER BY session_key
