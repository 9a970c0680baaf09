-- The position at the line is the place among those who ended that lap; laps that are missing make it uncertain.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, lap_number, first_place, last_place, position_before, position_soon
from ({{ positions_against_crossings() }}) as compared
where is_odd
