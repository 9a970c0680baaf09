-- The order by timing alone is the official one among those classified; not so after penalties.
{{ config(severity=var('official_differences', 'warn')) }}

select * from ({{ timing_order_against_result() }}) as compared
where is_odd
