-- Best time of each driver in each part of a qualifying, against the best of the part and the cut-off.
-- params: session_key integer
SELECT
    qualifying_phase,
    place_in_part,
    driver_number,
    name_acronym,
    team_name,
    best_lap_time,
    gap_to_best_s,
    gap_to_cutoff_s,
    is_advanced,
    best_lap_number,
    compound,
    tyre_age,
    improvement_on_previous_part_s,
    laps,
    deleted_laps
FROM gold_analytics.qualifying_summary
WHERE session_key = {session_key}
ORDER BY qualifying_phase, place_in_part NULLS LAST, driver_number
