with all_values as (

    select
        double_stack as value_field,
        count(*) as n_records

    from gold_analytics.pit_cycles
    group by double_stack

)

select *
from all_values
where value_field not in (
    'first','second'
)
