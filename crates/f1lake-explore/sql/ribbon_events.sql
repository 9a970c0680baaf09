-- What happened when in a session: neutralisations, yellow sectors, stops, retirements, the best lap, the flag.
-- params: session_key integer
WITH messages AS (
    SELECT date, flag, scope, sector, event
    FROM silver_clean.silver_race_control
    WHERE session_key = {session_key}
),

yellows AS (
    SELECT
        yellow.date AS date_start,
        yellow.flag,
        yellow.sector,
        MIN(clear.date) AS date_end
    FROM messages AS yellow
    LEFT JOIN messages AS clear
        ON
            clear.date > yellow.date
            AND (
                (clear.flag = 'CLEAR' AND clear.scope = 'Sector' AND clear.sector = yellow.sector)
                OR (clear.flag IN ('CLEAR', 'RED', 'CHEQUERED') AND clear.scope = 'Track')
            )
    WHERE yellow.flag IN ('YELLOW', 'DOUBLE YELLOW') AND yellow.scope = 'Sector'
    GROUP BY yellow.date, yellow.flag, yellow.sector
),

last_laps AS (
    SELECT
        driver_number,
        MAX(lap_number) AS lap_number,
        MAX(COALESCE(date_end, date_start)) AS date
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
    GROUP BY driver_number
),

events AS (
    SELECT
        kind,
        date_start,
        date_end,
        CAST(NULL AS BIGINT) AS driver_number,
        first_lap AS lap_number,
        CAST(NULL AS BIGINT) AS sector
    FROM gold_analytics.fact_neutralisations
    WHERE session_key = {session_key}
    UNION ALL
    SELECT
        CASE WHEN flag = 'YELLOW' THEN 'yellow' ELSE 'double_yellow' END,
        date_start,
        date_end,
        NULL AS driver_number,
        NULL AS lap_number,
        sector
    FROM yellows
    UNION ALL
    SELECT 'stop', date_entry, date_exit, driver_number, lap_number, NULL
    FROM gold_analytics.pit_passages
    WHERE session_key = {session_key} AND pit_type = 'stop'
    UNION ALL
    SELECT
        'retired',
        last_laps.date AS date_start,
        NULL AS date_end,
        last_laps.driver_number,
        last_laps.lap_number,
        NULL AS sector
    FROM last_laps
    INNER JOIN gold_analytics.fact_results AS results
        ON last_laps.driver_number = results.driver_number
    WHERE results.session_key = {session_key} AND results.status = 'Did not finish'
    UNION ALL
    SELECT 'best_lap', date_start, date_end, driver_number, lap_number, NULL
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key} AND is_session_best
    UNION ALL
    SELECT
        'chequered_flag',
        date AS date_start,
        NULL AS date_end,
        NULL AS driver_number,
        NULL AS lap_number,
        NULL AS sector
    FROM messages
    WHERE event = 'chequered_flag'
    UNION ALL
    SELECT
        'part',
        date_start,
        date_end,
        NULL AS driver_number,
        qualifying_phase AS lap_number,
        NULL AS sector
    FROM gold_analytics.fact_qualifying_parts
    WHERE session_key = {session_key}
)

SELECT
    events.kind,
    events.date_start,
    events.date_end,
    events.driver_number,
    entries.name_acronym,
    events.lap_number,
    events.sector
FROM events
LEFT JOIN gold_analytics.session_entries AS entries
    ON entries.session_key = {session_key} AND events.driver_number = entries.driver_number
ORDER BY events.date_start, events.kind, events.driver_number
