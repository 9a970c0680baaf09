-- Who ended the race earlier is ahead in the official result, or has a penalty of time that explains it.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, official_position, laps_completed, fewest_laps_ahead, ahead_at_line_s, penalty_s
from ({{ last_lap_against_result() }}) as compared
where is_odd
