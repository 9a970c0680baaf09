-- Sessions of the lake, newest first: what landed of each, findings of the data quality, and the winner.
WITH landed AS (
    SELECT
        session_key,
        MAX(CASE WHEN table_name = 'bronze_laps' THEN rows END) AS laps,
        MAX(CASE WHEN table_name = 'bronze_car_data' THEN rows END) AS telemetry,
        MAX(CASE WHEN table_name = 'bronze_locations' THEN rows END) AS positions,
        MAX(CASE WHEN table_name = 'bronze_weather' THEN rows END) AS weather,
        MAX(CASE WHEN table_name = 'bronze_race_control' THEN rows END) AS race_control
    FROM bronze_raw.bronze_loads
    GROUP BY session_key
),

checks AS (
    SELECT
        session_key,
        SUM(CASE WHEN status = 'warned' THEN 1 ELSE 0 END) AS findings,
        MAX(CASE WHEN status = 'warned' AND check_name IN ('drivers_without_laps', 'lap_gaps') THEN 1 ELSE 0 END) AS laps,
        MAX(CASE
            WHEN status = 'warned' AND check_name IN ('drivers_without_telemetry', 'laps_without_telemetry') THEN 1 ELSE 0
        END) AS telemetry,
        MAX(CASE WHEN status = 'warned' AND check_name = 'frozen_location' THEN 1 ELSE 0 END) AS positions
    FROM gold_analytics.data_quality
    GROUP BY session_key
),

winners AS (
    SELECT session_key, MIN(full_name) AS winner
    FROM gold_analytics.fact_results
    WHERE position = 1
    GROUP BY session_key
)

SELECT
    sessions.session_key,
    sessions.meeting_key,
    sessions.season AS year,
    rounds.round,
    sessions.meeting_name,
    sessions.meeting_official_name,
    sessions.location,
    sessions.country_name,
    sessions.circuit_key,
    sessions.circuit_short_name,
    sessions.session_name,
    sessions.session_type,
    sessions.date_start,
    sessions.date_end,
    sessions.gmt_offset,
    rounds.sprint_session_key IS NOT NULL AS is_sprint_weekend,
    CASE
        WHEN COALESCE(landed.laps, 0) = 0 THEN 'missing'
        WHEN checks.laps = 1 THEN 'partly'
        ELSE 'whole'
    END AS laps,
    CASE
        WHEN COALESCE(landed.telemetry, 0) = 0 THEN 'missing'
        WHEN checks.telemetry = 1 THEN 'partly'
        ELSE 'whole'
    END AS telemetry,
    CASE
        WHEN COALESCE(landed.positions, 0) = 0 THEN 'missing'
        WHEN checks.positions = 1 THEN 'partly'
        ELSE 'whole'
    END AS positions,
    CASE WHEN COALESCE(landed.weather, 0) = 0 THEN 'missing' ELSE 'whole' END AS weather,
    CASE WHEN COALESCE(landed.race_control, 0) = 0 THEN 'missing' ELSE 'whole' END AS race_control,
    COALESCE(checks.findings, 0) AS findings,
    winners.winner
FROM gold_analytics.dim_sessions AS sessions
LEFT JOIN gold_analytics.dim_rounds AS rounds
    ON sessions.meeting_key = rounds.meeting_key
LEFT JOIN landed
    ON sessions.session_key = landed.session_key
LEFT JOIN checks
    ON sessions.session_key = checks.session_key
LEFT JOIN winners
    ON sessions.session_key = winners.session_key
ORDER BY sessions.date_start DESC, sessions.session_key DESC
