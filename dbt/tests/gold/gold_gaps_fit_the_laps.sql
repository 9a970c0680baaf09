-- The gap to the leader at the line is that of the times at which laps end, to a second.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, lap_number, gap_at_line_s, least_gap_s, greatest_gap_s
from ({{ gaps_against_crossings() }}) as compared
where is_odd
