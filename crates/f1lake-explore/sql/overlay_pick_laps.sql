-- Laps of a driver that can be overlaid or not, with their times, tyres and what was unusual about them.
-- params: session_key integer, driver_number integer
WITH sampled AS (
    SELECT lap_number, COUNT(lap_distance_m) AS samples
    FROM gold_analytics.fact_lap_telemetry
    WHERE session_key = {session_key} AND driver_number = {driver_number}
    GROUP BY lap_number
)

SELECT
    laps.lap_number,
    laps.lap_duration,
    laps.delta_to_personal_best,
    laps.compound,
    laps.tyre_age,
    laps.is_personal_best,
    laps.is_session_best,
    laps.lap_duration IS NOT NULL AND COALESCE(sampled.samples, 0) >= 100 AS is_usable,
    CONCAT_WS(
        ', ',
        CASE WHEN laps.lap_duration IS NULL THEN 'no time' END,
        CASE WHEN COALESCE(sampled.samples, 0) < 100 THEN 'no telemetry' END,
        CASE WHEN laps.is_deleted THEN 'deleted' END,
        CASE WHEN laps.is_start_lap THEN 'from the grid' END,
        CASE WHEN laps.is_pit_out_lap THEN 'out of the pits' END,
        CASE WHEN laps.is_pit_in_lap THEN 'into the pits' END,
        CASE
            WHEN laps.is_under_red_flag THEN 'red flag'
            WHEN laps.is_neutralised THEN 'neutralised'
        END
    ) AS note
FROM gold_analytics.fact_laps AS laps
LEFT JOIN sampled
    ON laps.lap_number = sampled.lap_number
WHERE laps.session_key = {session_key} AND laps.driver_number = {driver_number}
ORDER BY laps.lap_number
