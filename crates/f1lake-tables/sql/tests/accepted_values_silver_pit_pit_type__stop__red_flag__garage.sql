with all_values as (

    select
        pit_type as value_field,
        count(*) as n_records

    from silver_clean.silver_pit
    group by pit_type

)

select *
from all_values
where value_field not in (
    'stop','red_flag','garage'
)
