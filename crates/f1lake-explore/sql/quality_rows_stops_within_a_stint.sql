-- Stops in a race with the same tyres before and after.
-- params: session_key integer
WITH kept AS (
    SELECT DISTINCT driver_number, lap_start
    FROM silver_clean.silver_stints
    WHERE session_key = {session_key} AND is_age_continued
),

compared AS (
    SELECT
        stops.driver_number,
        stops.name_acronym,
        stops.stop_number,
        stops.lap_number,
        stops.out_lap_number,
        stops.stop_duration,
        stops.stint_before,
        stops.stint_after,
        stints.lap_end AS stint_lap_end,
        COALESCE(
            stops.stint_before = stops.stint_after
            AND (stints.lap_end IS NULL OR stops.out_lap_number <= stints.lap_end),
            FALSE
        ) AS is_odd
    FROM gold_analytics.fact_pit_stops AS stops
    INNER JOIN gold_analytics.tyre_stints AS stints
        ON
            stops.session_key = stints.session_key
            AND stops.driver_number = stints.driver_number
            AND stops.stint_before = stints.stint_number
    LEFT JOIN kept
        ON stops.driver_number = kept.driver_number AND stops.out_lap_number = kept.lap_start
    WHERE stops.session_key = {session_key} AND stops.pit_type = 'stop' AND kept.lap_start IS NULL
)

SELECT
    driver_number, name_acronym, stop_number, lap_number, out_lap_number, stop_duration, stint_before, stint_after, stint_lap_end
FROM compared
WHERE compared.is_odd
ORDER BY driver_number, stop_number
