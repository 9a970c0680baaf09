with all_values as (

    select
        status as value_field,
        count(*) as n_records

    from gold_analytics.minisectors
    group by status

)

select *
from all_values
where value_field not in (
    'not available','yellow','green','purple','pit lane','unknown'
)
