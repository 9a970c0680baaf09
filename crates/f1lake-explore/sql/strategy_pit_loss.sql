-- Time lost by a stop at the circuit of a session, by what was out on the track, over all races and sprints in the lake.
-- params: session_key integer
WITH here AS (
    SELECT
        track_status,
        MAX(median_time_lost) AS median_time_lost,
        MAX(median_stops) AS stops
    FROM gold_analytics.pit_cycles
    WHERE session_key = {session_key}
    GROUP BY track_status
)

SELECT
    losses.track_status,
    losses.stops,
    losses.sessions,
    losses.first_season,
    losses.last_season,
    losses.median_time_lost,
    ROUND(green.median_time_lost - losses.median_time_lost, 3) AS saved,
    losses.least_time_lost,
    losses.median_lane_duration,
    losses.median_stop_duration,
    here.median_time_lost AS median_time_lost_here,
    here.stops AS stops_here
FROM gold_analytics.circuit_pit_loss AS losses
INNER JOIN gold_analytics.dim_sessions AS sessions
    ON losses.circuit_key = sessions.circuit_key
LEFT JOIN gold_analytics.circuit_pit_loss AS green
    ON losses.circuit_key = green.circuit_key AND green.track_status = 'green'
LEFT JOIN here
    ON losses.track_status = here.track_status
WHERE sessions.session_key = {session_key}
ORDER BY losses.median_time_lost DESC
