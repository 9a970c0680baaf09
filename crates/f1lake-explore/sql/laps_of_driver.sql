-- Laps of one driver with sectors, speed trap, tyre, bests, and a note on each that is not an ordinary lap.
-- params: session_key integer, driver_number integer
WITH session_bests AS (
    SELECT
        MIN(best_sector_1) AS sector_1,
        MIN(best_sector_2) AS sector_2,
        MIN(best_sector_3) AS sector_3
    FROM gold_analytics.driver_session_summary
    WHERE session_key = {session_key}
),

neutralised AS (
    SELECT
        laps.lap_number,
        MAX(CASE WHEN periods.kind = 'red_flag' THEN 1 ELSE 0 END) = 1 AS is_under_red_flag,
        MAX(CASE WHEN periods.kind = 'safety_car' THEN 1 ELSE 0 END) = 1 AS is_under_safety_car
    FROM gold_analytics.fact_laps AS laps
    INNER JOIN gold_analytics.fact_neutralisations AS periods
        ON
            laps.session_key = periods.session_key
            AND COALESCE(laps.date_end, laps.date_start) > periods.date_start
            AND (periods.date_end IS NULL OR COALESCE(laps.date_start, laps.date_end) < periods.date_end)
    WHERE laps.session_key = {session_key} AND laps.driver_number = {driver_number}
    GROUP BY laps.lap_number
)

SELECT
    laps.driver_number,
    laps.lap_number,
    laps.lap_duration,
    laps.delta_to_personal_best,
    laps.duration_sector_1,
    laps.duration_sector_2,
    laps.duration_sector_3,
    laps.st_speed,
    laps.compound,
    laps.tyre_age,
    laps.position,
    CASE
        WHEN laps.is_session_best THEN 'session'
        WHEN laps.is_personal_best THEN 'driver'
    END AS best,
    CASE
        WHEN laps.duration_sector_1 = session_bests.sector_1 THEN 'session'
        WHEN laps.duration_sector_1 = own.best_sector_1 THEN 'driver'
    END AS best_sector_1,
    CASE
        WHEN laps.duration_sector_2 = session_bests.sector_2 THEN 'session'
        WHEN laps.duration_sector_2 = own.best_sector_2 THEN 'driver'
    END AS best_sector_2,
    CASE
        WHEN laps.duration_sector_3 = session_bests.sector_3 THEN 'session'
        WHEN laps.duration_sector_3 = own.best_sector_3 THEN 'driver'
    END AS best_sector_3,
    laps.is_deleted,
    CONCAT_WS(
        ', ',
        CASE WHEN laps.is_deleted THEN 'deleted' END,
        CASE WHEN laps.is_start_lap THEN 'from the grid' END,
        CASE WHEN laps.is_pit_out_lap THEN 'out of the pits' END,
        CASE WHEN laps.is_pit_in_lap THEN 'into the pits' END,
        CASE
            WHEN neutralised.is_under_red_flag THEN 'red flag'
            WHEN neutralised.is_under_safety_car THEN 'safety car'
            WHEN neutralised.lap_number IS NOT NULL THEN 'virtual safety car'
        END,
        CASE WHEN laps.date_start IS NULL THEN 'start not known' END
    ) AS note,
    laps.verdict_message
FROM gold_analytics.fact_laps AS laps
CROSS JOIN session_bests
LEFT JOIN gold_analytics.driver_session_summary AS own
    ON laps.session_key = own.session_key AND laps.driver_number = own.driver_number
LEFT JOIN neutralised
    ON laps.lap_number = neutralised.lap_number
WHERE laps.session_key = {session_key} AND laps.driver_number = {driver_number}
ORDER BY laps.lap_number
