-- Parts of a qualifying: best time, cut-off, the first who was out, laps, deleted laps, and how the track evolved.
-- params: session_key integer
SELECT
    summary.qualifying_phase,
    summary.drivers,
    summary.drivers_with_time,
    summary.best_lap_time,
    summary.best_name_acronym,
    summary.cutoff_time,
    summary.cutoff_name_acronym,
    summary.first_out_name_acronym,
    summary.first_out_gap_s,
    summary.laps,
    summary.deleted_laps,
    summary.ideal_lap_time,
    summary.evolution_from_previous_part_s,
    parts.date_start,
    parts.date_end,
    parts.end_reason,
    parts.running_time_s
FROM gold_analytics.qualifying_part_summary AS summary
LEFT JOIN gold_analytics.fact_qualifying_parts AS parts
    ON parts.session_key = {session_key} AND summary.qualifying_phase = parts.qualifying_phase
WHERE summary.session_key = {session_key}
ORDER BY summary.qualifying_phase
