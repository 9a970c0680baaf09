with all_values as (

    select
        source as value_field,
        count(*) as n_records

    from gold_analytics.fact_qualifying_parts
    group by source

)

select *
from all_values
where value_field not in (
    'api','race control'
)
