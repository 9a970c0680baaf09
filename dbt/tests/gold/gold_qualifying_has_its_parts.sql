-- Qualifying has as many parts by race control as the official result has times of, else three.
{{ config(severity=var('official_differences', 'warn')) }}

select session_key, parts, official_parts
from ({{ qualifying_parts_against_result() }}) as compared
where is_odd
