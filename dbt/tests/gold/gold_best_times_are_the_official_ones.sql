-- Best times of practice and of the parts of qualifying are those of the official result, which has none of the disqualified.
{{ config(severity=var('official_differences', 'warn')) }}

select * from ({{ best_times_against_result() }}) as compared
where is_odd
