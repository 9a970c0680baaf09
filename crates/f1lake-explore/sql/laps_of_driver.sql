-- Laps of one driver with sectors, speed trap, tyre, bests, and a note on each that is not an ordinary lap.
-- params: session_key integer, driver_number integer
WITH session_bests AS (
    SELECT
        MIN(best_sector_1) AS sector_1,
        MIN(best_sector_2) AS sector_2,
        MIN(best_sector_3) AS sector_3
    FROM gold_analytics.driver_session_summary
    WHERE session_key = {session_key}
)

SELECT
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
            WHEN laps.is_under_red_flag THEN 'red flag'
            WHEN laps.is_neutralised THEN 'neutralised'
        END,
        CASE WHEN laps.date_start IS NULL THEN 'start not known' END
    ) AS note,
    laps.verdict_message
FROM gold_analytics.fact_laps AS laps
CROSS JOIN session_bests
LEFT JOIN gold_analytics.driver_session_summary AS own
    ON laps.session_key = own.session_key AND laps.driver_number = own.driver_number
WHERE laps.session_key = {session_key} AND laps.driver_number = {driver_number}
ORDER BY laps.lap_number
