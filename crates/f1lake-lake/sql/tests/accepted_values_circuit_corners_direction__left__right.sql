with all_values as (

    select
        direction as value_field,
        count(*) as n_records

    from gold_analytics.circuit_corners
    group by direction

)

select *
from all_values
where value_field not in (
    'left','right'
)
