-- How many checks of a session found something, what landed of it, and how much of laps and positions is known.
-- params: session_key integer
WITH checks AS (
    SELECT
        COUNT(*) AS checks,
        COUNT(CASE WHEN status <> 'not checked' THEN 1 END) AS checked,
        COUNT(CASE WHEN status = 'passed' THEN 1 END) AS passed,
        COUNT(CASE WHEN status = 'warned' THEN 1 END) AS warned,
        MAX(CASE WHEN check_name = 'samples_without_location' THEN looked_at END) AS samples,
        MAX(CASE WHEN check_name = 'samples_without_location' THEN 100.0 * (looked_at - odd) / NULLIF(looked_at, 0) END)
            AS located_percent
    FROM gold_analytics.data_quality
    WHERE session_key = {session_key}
),

landed AS (
    SELECT SUM(rows) AS landed_rows, SUM(rescued_rows) AS rescued_rows, SUM(quarantined_rows) AS quarantined_rows
    FROM bronze_raw.bronze_loads
    WHERE session_key = {session_key}
),

laps AS (
    SELECT COUNT(*) AS laps, COUNT(lap_duration) AS laps_with_time
    FROM gold_analytics.fact_laps
    WHERE session_key = {session_key}
)

SELECT
    checks.checks,
    checks.checked,
    checks.checks - checks.checked AS not_checked,
    checks.passed,
    checks.warned,
    COALESCE(landed.landed_rows, 0) AS landed_rows,
    COALESCE(landed.rescued_rows, 0) AS rescued_rows,
    COALESCE(landed.quarantined_rows, 0) AS quarantined_rows,
    laps.laps,
    laps.laps_with_time,
    COALESCE(checks.samples, 0) AS samples,
    checks.located_percent
FROM checks
CROSS JOIN landed
CROSS JOIN laps
ORDER BY checks.checks
