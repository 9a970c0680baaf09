-- Pairs of stops with which two cars fought: who stopped first, who stayed out, and the time it brought; neutralised ones last.
-- params: session_key integer
SELECT
    driver_number,
    name_acronym,
    stop_number,
    lap_number,
    rival_driver_number,
    rival_name_acronym,
    rival_lap_number,
    gap_before,
    gap_after,
    undercut_gain,
    position_before,
    position_after,
    rival_position_before,
    rival_position_after,
    CASE
        WHEN is_place_gained THEN 'undercut'
        WHEN is_place_lost THEN 'overcut'
        ELSE 'none'
    END AS worked,
    is_neutralised
FROM gold_analytics.undercuts
WHERE session_key = {session_key}
ORDER BY is_neutralised, undercut_gain DESC, lap_number, driver_number, rival_driver_number
