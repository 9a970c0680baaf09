-- The API's standings of drivers, and those of teams, grow in a race by the points of its result.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, driver_number, team_id, points, standings_points
from ({{ points_against_standings() }}) as compared
where is_odd
