{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'stint_number'], 'partition_by': []}) }}

select
    session_key,
    min(meeting_key) as meeting_key,
    min(session_category) as session_category,
    min(season) as season,
    min(circuit_key) as circuit_key,
    min(circuit_short_name) as circuit_short_name,
    driver_number,
    min(driver_id) as driver_id,
    min(name_acronym) as name_acronym,
    min(team_id) as team_id,
    stint_number,
    min(compound) as compound,
    cast(count(*) as bigint) as racing_laps,
    min(fitted_laps) as fitted_laps,
    min(case when is_fitted then lap_number end) as first_fitted_lap,
    max(case when is_fitted then lap_number end) as last_fitted_lap,
    {{ median_of_times('case when is_at_pace then fuel_corrected_time end') }} as median_fuel_corrected_time,
    min(degradation) as degradation,
    min(degradation_stderr) as degradation_stderr,
    min(new_tyre_time) as new_tyre_time,
    min(residual_stddev) as residual_stddev,
    min(session_name) as session_name,
    min(batch_day) as batch_day
from {{ session_rows(ref('lap_pace')) }}
where stint_number is not null
group by session_key, driver_number, stint_number
