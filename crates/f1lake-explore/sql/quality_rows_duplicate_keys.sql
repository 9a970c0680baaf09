-- Rows that repeat the key of another row and were dropped.
-- params: session_key integer
WITH repeated AS (
    SELECT
        'bronze_drivers' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS TIMESTAMP) AS date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_drivers
    WHERE session_key = {session_key}
    GROUP BY driver_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_laps' AS table_name, driver_number, lap_number, CAST(NULL AS TIMESTAMP) AS date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_pit' AS table_name, driver_number, lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_pit
    WHERE session_key = {session_key}
    GROUP BY driver_number, lap_number, date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_position' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_position
    WHERE session_key = {session_key}
    GROUP BY driver_number, date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_race_control' AS table_name, driver_number, lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_race_control
    WHERE session_key = {session_key}
    GROUP BY date, driver_number, lap_number, category, flag, scope, sector, message
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_session_result' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS TIMESTAMP) AS date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_session_result
    WHERE session_key = {session_key}
    GROUP BY driver_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_stints' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS TIMESTAMP) AS date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_stints
    WHERE session_key = {session_key}
    GROUP BY driver_number, stint_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_weather' AS table_name, CAST(NULL AS BIGINT) AS driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_weather
    WHERE session_key = {session_key}
    GROUP BY date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_car_data' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_car_data
    WHERE session_key = {session_key}
    GROUP BY driver_number, date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_locations' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_locations
    WHERE session_key = {session_key}
    GROUP BY driver_number, date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_intervals' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_intervals
    WHERE session_key = {session_key}
    GROUP BY driver_number, date
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_overtakes' AS table_name, overtaking_driver_number AS driver_number, CAST(NULL AS BIGINT) AS lap_number, date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_overtakes
    WHERE session_key = {session_key}
    GROUP BY date, overtaking_driver_number, overtaken_driver_number
    HAVING COUNT(*) > 1
    UNION ALL
    SELECT
        'bronze_starting_grid' AS table_name, driver_number, CAST(NULL AS BIGINT) AS lap_number, CAST(NULL AS TIMESTAMP) AS date,
        COUNT(*) AS copies, MAX(_source_file) AS source_file
    FROM bronze_raw.bronze_starting_grid
    WHERE race_session_key = {session_key}
    GROUP BY driver_number
    HAVING COUNT(*) > 1
),

compared AS (
    SELECT
        CAST({session_key} AS BIGINT) AS session_key, table_name, driver_number, lap_number, date, source_file,
        UNNEST(GENERATE_SERIES(2, copies)) AS copy_number
    FROM repeated
)

SELECT
    compared.table_name,
    compared.driver_number,
    entries.name_acronym,
    compared.lap_number,
    compared.date,
    compared.copy_number,
    compared.source_file
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
-- DataFusion believes the constants of a union to be in order, and refuses its own plan.
ORDER BY CONCAT(compared.table_name, ''), compared.date, compared.lap_number, compared.driver_number, compared.copy_number
