-- Who drove one lap, when, on which tyre, and its official times.
-- params: lap integer, session_key integer, driver_number integer, lap_number integer
SELECT
    CAST({lap} AS BIGINT) AS lap,
    laps.session_key,
    laps.driver_number,
    laps.lap_number,
    entries.full_name AS driver,
    laps.name_acronym,
    laps.team_name,
    drivers.team_colour,
    laps.season AS year,
    sessions.meeting_name,
    sessions.session_name,
    sessions.circuit_key,
    laps.circuit_short_name,
    laps.lap_duration,
    laps.duration_sector_1,
    laps.duration_sector_2,
    laps.duration_sector_3,
    laps.compound,
    laps.tyre_age
FROM gold_analytics.fact_laps AS laps
INNER JOIN gold_analytics.dim_sessions AS sessions
    ON laps.session_key = sessions.session_key
LEFT JOIN gold_analytics.session_entries AS entries
    ON laps.session_key = entries.session_key AND laps.driver_number = entries.driver_number
LEFT JOIN silver_clean.silver_drivers AS drivers
    ON laps.session_key = drivers.session_key AND laps.driver_number = drivers.driver_number
WHERE laps.session_key = {session_key} AND laps.driver_number = {driver_number} AND laps.lap_number = {lap_number}
