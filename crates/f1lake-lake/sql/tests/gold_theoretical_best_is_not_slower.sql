-- The sum of a driver's best sectors is not above the best lap, where that lap has its three sectors.
select summary.session_key, summary.driver_number, summary.theoretical_best_lap_time, summary.best_lap_time
from gold_analytics.driver_session_summary as summary
inner join gold_analytics.fact_laps as laps
    on
        summary.session_key = laps.session_key
        and summary.driver_number = laps.driver_number
        and summary.fastest_lap_number = laps.lap_number
where
    laps.sector_completeness = 3
    and (
        summary.theoretical_best_lap_time is null
        or summary.theoretical_best_lap_time > summary.best_lap_time + 0.0095
    )
