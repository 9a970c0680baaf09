-- Lap times that race control deleted in a session: the lap, its time, and where the car left the track.
-- params: session_key integer
SELECT
    penalties.date,
    penalties.driver_number,
    penalties.name_acronym,
    penalties.deleted_lap_number,
    laps.lap_duration,
    penalties.incident_lap,
    penalties.reason,
    penalties.turn,
    penalties.is_reinstated,
    COUNT(*) OVER (PARTITION BY penalties.driver_number ORDER BY penalties.date, penalties.penalty_number)
        AS deletion_of_driver,
    penalties.message
FROM gold_analytics.penalties AS penalties
LEFT JOIN gold_analytics.fact_laps AS laps
    ON
        laps.session_key = {session_key}
        AND penalties.driver_number = laps.driver_number
        AND penalties.deleted_lap_number = laps.lap_number
WHERE penalties.session_key = {session_key} AND penalties.penalty_kind = 'lap_deletion'
ORDER BY penalties.date, penalties.driver_number
