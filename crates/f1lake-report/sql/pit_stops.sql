SELECT
    cycles.driver_number,
    cycles.stop_number,
    cycles.pit_type,
    cycles.lap_number,
    cycles.compound_before,
    cycles.compound_after,
    cycles.track_status,
    cycles.lane_duration AS lane_s,
    cycles.stop_duration AS stationary_s,
    cycles.double_stack,
    cycles.time_lost AS time_lost_s,
    cycles.expected_from,
    circuit.median_time_lost AS circuit_median_s,
    circuit.stops AS circuit_stops,
    cycles.position_before,
    cycles.position_after,
    cycles.undercut_gain AS undercut_gain_s,
    cycles.overcut_gain AS overcut_gain_s
FROM gold_analytics.pit_cycles AS cycles
LEFT JOIN gold_analytics.circuit_pit_loss AS circuit
    ON cycles.circuit_key = circuit.circuit_key AND cycles.track_status = circuit.track_status
WHERE cycles.session_key = {session_key}
ORDER BY cycles.lap_number, cycles.driver_number, cycles.stop_number
