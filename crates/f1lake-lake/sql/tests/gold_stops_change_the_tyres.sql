-- The tyres before a stop in a race are not those after it.

select session_key, driver_number, stop_number, lap_number, out_lap_number, stint_before, stint_after
from (select
    stops.session_key,
    stops.driver_number,
    stops.stop_number,
    stops.lap_number,
    stops.out_lap_number,
    stops.stint_before,
    stops.stint_after,
    stops.stint_before = stops.stint_after
    and (stints.lap_end is null or stops.out_lap_number <= stints.lap_end) as is_odd
from gold_analytics.fact_pit_stops as stops
inner join gold_analytics.tyre_stints as stints
    on
        stops.session_key = stints.session_key
        and stops.driver_number = stints.driver_number
        and stops.stint_before = stints.stint_number
left join (select distinct session_key, driver_number, lap_start
    from silver_clean.silver_stints
    where is_age_continued) as kept
    on
        stops.session_key = kept.session_key
        and stops.driver_number = kept.driver_number
        and stops.out_lap_number = kept.lap_start
where stops.pit_type = 'stop' and kept.lap_start is null) as compared
where is_odd
