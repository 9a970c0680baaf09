SELECT
    kind,
    first_lap AS lap_start,
    last_lap AS lap_end
FROM gold_analytics.fact_neutralisations
WHERE session_key = {session_key}
ORDER BY neutralisation_number
