-- A car of a race has one stint more than changes of tyres in the pit lane: stops, and changes under a red flag.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, stints, stops, red_flag_changes
from ({{ stints_against_stops() }}) as compared
where is_odd
