-- Long runs of a practice session: five or more clean laps in a row on one set of tyres, by compound and median.
-- params: session_key integer
SELECT
    driver_number,
    name_acronym,
    run_number,
    compound,
    tyre_age_first,
    tyre_age_last,
    first_lap,
    last_lap,
    laps,
    median_lap_time,
    gap_to_best_on_compound,
    best_lap_time,
    stddev_lap_time,
    slope_s_per_lap,
    slope_standard_error,
    pace_rank_on_compound
FROM gold_analytics.long_runs
WHERE session_key = {session_key}
ORDER BY compound ASC NULLS LAST, median_lap_time ASC, driver_number ASC, run_number ASC
