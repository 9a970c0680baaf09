-- Endpoints that a session of this category has and that gave no row.
-- params: session_key integer
WITH compared AS (
    SELECT
        loads.table_name,
        loads.rows AS loaded_rows,
        loads.extracted_at,
        loads.source_file,
        COALESCE(loads.rows, 0) = 0 AS is_odd
    FROM bronze_raw.bronze_loads AS loads
    INNER JOIN gold_analytics.dim_sessions AS sessions
        ON loads.session_key = sessions.session_key
    WHERE
        loads.session_key = {session_key}
        AND (
            loads.table_name IN (
                'bronze_car_data', 'bronze_drivers', 'bronze_laps', 'bronze_locations', 'bronze_position',
                'bronze_race_control', 'bronze_session_result', 'bronze_stints', 'bronze_weather'
            )
            OR (
                sessions.session_category IN ('Race', 'Sprint')
                AND loads.table_name IN ('bronze_intervals', 'bronze_overtakes', 'bronze_pit', 'bronze_starting_grid')
            )
            OR (
                sessions.session_category = 'Race' AND sessions.season >= 2026
                AND loads.table_name IN ('bronze_championship_drivers', 'bronze_championship_teams')
            )
        )
)

SELECT table_name, loaded_rows, extracted_at, source_file
FROM compared
WHERE compared.is_odd
ORDER BY table_name
