-- Safety cars, virtual safety cars and red flags by the laps of the leader.
-- params: session_key integer
SELECT
    neutralisations.kind,
    neutralisations.first_lap,
    COALESCE(neutralisations.last_lap, MAX(laps.lap_number)) AS last_lap
FROM gold_analytics.fact_neutralisations AS neutralisations
INNER JOIN gold_analytics.fact_laps AS laps
    ON neutralisations.session_key = laps.session_key
WHERE neutralisations.session_key = {session_key} AND neutralisations.first_lap IS NOT NULL
GROUP BY
    neutralisations.neutralisation_number, neutralisations.kind, neutralisations.first_lap, neutralisations.last_lap
ORDER BY neutralisations.neutralisation_number
