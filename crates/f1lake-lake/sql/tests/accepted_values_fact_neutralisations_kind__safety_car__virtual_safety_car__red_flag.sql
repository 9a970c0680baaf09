with all_values as (

    select
        kind as value_field,
        count(*) as n_records

    from gold_analytics.fact_neutralisations
    group by kind

)

select *
from all_values
where value_field not in (
    'safety_car','virtual_safety_car','red_flag'
)
