-- The tyres before a stop in a race are not those after it.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, stop_number, lap_number, out_lap_number, stint_before, stint_after
from ({{ tyres_before_against_after_a_stop() }}) as compared
where is_odd
