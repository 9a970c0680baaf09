-- Passages through the pit lane of a race that only the time in the lane tells from a stop, or nothing.
-- params: session_key integer
WITH compared AS (
    SELECT
        passages.session_key, passages.driver_number, passages.stop_number, passages.lap_number, passages.date_entry,
        passages.lane_duration, passages.stop_duration, passages.pit_type, passages.pit_type_source, passages.is_tyre_change,
        COALESCE(passages.pit_type IS NULL OR passages.pit_type_source = 'lane time', FALSE) AS is_odd
    FROM gold_analytics.pit_passages AS passages
    INNER JOIN gold_analytics.dim_sessions AS sessions
        ON passages.session_key = sessions.session_key
    WHERE passages.session_key = {session_key} AND sessions.session_category IN ('Race', 'Sprint')
)

SELECT
    compared.driver_number,
    entries.name_acronym,
    compared.stop_number,
    compared.lap_number,
    compared.date_entry,
    compared.lane_duration,
    compared.stop_duration,
    compared.pit_type,
    compared.pit_type_source,
    compared.is_tyre_change
FROM compared
LEFT JOIN gold_analytics.session_entries AS entries
    ON compared.session_key = entries.session_key AND compared.driver_number = entries.driver_number
WHERE compared.is_odd
ORDER BY compared.driver_number, compared.stop_number
