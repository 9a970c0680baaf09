-- Rows with fields without a column or of an unexpected type, and those fields as they were sent.
-- params: session_key integer
WITH landed AS (
    SELECT
        'bronze_car_data' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_car_data
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_championship_drivers' AS table_name, session_key, driver_number, CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_championship_drivers
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_championship_teams' AS table_name, session_key, CAST(NULL AS BIGINT) AS driver_number,
        CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_championship_teams
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_drivers' AS table_name, session_key, driver_number, CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_drivers
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_intervals' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_intervals
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_laps' AS table_name, session_key, driver_number, date_start AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_laps
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_locations' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_locations
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_meetings' AS table_name, {session_key} AS session_key, CAST(NULL AS BIGINT) AS driver_number, date_start AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_meetings
    WHERE _source_file IN (SELECT source_file FROM bronze_raw.bronze_loads WHERE session_key = {session_key})
    UNION ALL
    SELECT
        'bronze_overtakes' AS table_name, session_key, overtaking_driver_number AS driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_overtakes
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_pit' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_pit
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_position' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_position
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_race_control' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_race_control
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_session_result' AS table_name, session_key, driver_number, CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_session_result
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_sessions' AS table_name, session_key, CAST(NULL AS BIGINT) AS driver_number, date_start AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_sessions
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_starting_grid' AS table_name, race_session_key AS session_key, driver_number, CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_starting_grid
    WHERE race_session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_stints' AS table_name, session_key, driver_number, CAST(NULL AS TIMESTAMP) AS date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_stints
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_team_radio' AS table_name, session_key, driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_team_radio
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        'bronze_weather' AS table_name, session_key, CAST(NULL AS BIGINT) AS driver_number, date,
        _rescued_data, _source_file
    FROM bronze_raw.bronze_weather
    WHERE session_key = {session_key}
),

compared AS (
    SELECT *, _rescued_data IS NOT NULL AS is_odd
    FROM landed
)

SELECT
    compared.table_name,
    compared.driver_number,
    entries.name_acronym,
    compared.date,
    compared._rescued_data,
    compared._source_file
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.table_name, compared.date, compared.driver_number
